// SPDX-License-Identifier: Apache-2.0
#include "cli/bench/comparison_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/byte_count.hpp"
#include "base/json_values.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What a device whose times mean nothing is called.
constexpr const char* kEmulatedName = "emulated: counts, no times";

/// Four figures: "1.234", "12.34", "1234".
std::string figures(double value) {
  const int before = value >= 1 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
  return fmt::format("{:.{}f}", value, std::clamp(4 - before, 0, 3));
}

std::string milliseconds(double seconds) { return figures(1e3 * seconds); }

/// "1.23 TFLOP/s".
std::string flop_rate(double rate) {
  if (rate >= 1e12) return fmt::format("{:.3g} TFLOP/s", rate * 1e-12);
  return fmt::format("{:.3g} GFLOP/s", rate * 1e-9);
}

std::string byte_rate(double rate) {
  return byte_count(static_cast<std::uint64_t>(std::max(rate, 0.0))) + "/s";
}

const char* bound_of(const Measured& measured) {
  return measured.product_seconds > measured.memory_seconds ? "products" : "memory";
}

/// How often the CPU's time the device's is; empty where one of them is not there.
std::string speed_up(std::optional<double> cpu, std::optional<double> gpu) {
  return cpu && gpu && *gpu > 0 ? figures(*cpu / *gpu) : "";
}

std::optional<double> sweep_of(const std::optional<Measured>& measured) {
  if (!measured || measured->sweep_seconds.empty()) return {};
  return measured->median_seconds();
}

std::optional<double> error_seconds(const std::optional<Measured>& measured) {
  if (!measured || !measured->reached || measured->sweep_seconds.empty()) return {};
  return measured->reached->seconds;
}

std::string machines(const Comparison& comparison, const std::string& cpu) {
  const bool timed_cpu = !comparison.ranks.empty() && comparison.ranks.front().cpu;
  std::string out;
  if (timed_cpu) {
    out += fmt::format("cpu       {}, {} thread{}\n", cpu.empty() ? "unknown" : cpu,
                       comparison.threads, comparison.threads == 1 ? "" : "s");
  }
  if (!comparison.gpu.empty()) {
    out += fmt::format("gpu       {}{}\n", comparison.has_gpu ? "" : "none: ", comparison.gpu);
  }
  if (comparison.emulated) out += fmt::format("          {}\n", kEmulatedName);
  if (comparison.card != nullptr) {
    out +=
        fmt::format("modelled  {}, from its data sheet; no measurement\n", comparison.card->name);
  }
  if (!comparison.not_modelled.empty()) {
    out += fmt::format("modelled  nothing: the model does not know {}\n", comparison.not_modelled);
  }
  return out;
}

std::string rates_table(const Comparison& comparison) {
  std::string rows;
  for (const Compared& compared : comparison.ranks) {
    for (const auto* side : {&compared.cpu, &compared.gpu}) {
      if (!*side || !(*side)->rates) continue;
      const MeasuredRates& rates = *(*side)->rates;
      const bool cpu = rates.backend == BackendKind::cpu;
      rows += fmt::format("{:>5}  {:<9} {:>15}  {:>12} {}\n", compared.rank, cpu ? "cpu" : "gpu",
                          flop_rate(rates.product_flops), byte_rate(rates.memory_bytes),
                          cpu ? "read" : "copied");
    }
  }
  if (rows.empty()) return {};
  return "\nLimits, measured: the products of a panel alone, and memory\n" + rows;
}

std::string sweep_row(Index rank, const char* where, const Measured& measured,
                      const std::string& faster) {
  if (measured.sweep_seconds.empty()) {
    if (!measured.work) return fmt::format("{:>5}  {:<9} {:>9}\n", rank, where, "-");
    return fmt::format("{:>5}  {:<9} {:>9}  {} kernels, {} products, {} over the bus\n", rank,
                       where, "-", measured.work->kernels, measured.work->products,
                       byte_count(measured.work->bus_bytes));
  }
  const std::string range = milliseconds(measured.sweep_seconds.front()) + "-" +
                            milliseconds(measured.sweep_seconds.back());
  return fmt::format("{:>5}  {:<9} {:>9}  {:>13}  {:>8.2f} {:<9} {:>8} {:>9}\n", rank, where,
                     milliseconds(measured.median_seconds()), range,
                     measured.limit_seconds() / measured.median_seconds(), bound_of(measured),
                     figures(measured.start_seconds), faster);
}

std::string sweep_table(const Comparison& comparison) {
  std::string out =
      "\nTime per sweep: median and range; start: to the end of the first sweep\n"
      " rank  where            ms          range  of limit bound      start s  speed-up\n";
  for (const Compared& compared : comparison.ranks) {
    if (compared.cpu) out += sweep_row(compared.rank, "cpu", *compared.cpu, {});
    if (compared.gpu) {
      out += sweep_row(compared.rank, comparison.emulated ? "emulated" : "gpu", *compared.gpu,
                       speed_up(sweep_of(compared.cpu), sweep_of(compared.gpu)));
    }
    if (compared.modelled) {
      const bench::ModelledSweep& modelled = compared.modelled->modelled;
      const std::string range =
          milliseconds(modelled.seconds) + "-" + milliseconds(modelled.slow_seconds);
      out += fmt::format("{:>5}  {:<9} {:>9}  {:>13}  {:>8.2f} {}\n", compared.rank, "modelled", "",
                         range, modelled.of_limit, modelled.bound);
    }
  }
  if (comparison.card != nullptr) {
    out += fmt::format("modelled: at the peaks of the data sheet, and at {} of them (assumed)\n",
                       bench::kReached);
  }
  return out;
}

std::string error_row(const Compared& compared, const char* where, const Measured& measured,
                      const std::string& faster) {
  const std::string error = fmt::format("{:.6f}", compared.error);
  if (!measured.reached) {
    return fmt::format("{:>5}  {:<9} {:>10}  not reached: {:.6f} after {} sweeps\n", compared.rank,
                       where, error, measured.least_error, measured.sweeps);
  }
  const bool timed = !measured.sweep_seconds.empty();
  return fmt::format("{:>5}  {:<9} {:>10}  {:>9}  {:>6}  {:>8}\n", compared.rank, where, error,
                     timed ? figures(measured.reached->seconds) : "-", measured.reached->sweeps,
                     faster);
}

std::string error_table(const Comparison& comparison) {
  std::string out = "\nTime to a relative error";
  if (!comparison.error_reference.empty()) {
    const auto [least, most] = std::minmax_element(comparison.ranks.begin(), comparison.ranks.end(),
                                                   [](const Compared& a, const Compared& b) {
                                                     return a.reference_sweeps < b.reference_sweeps;
                                                   });
    const std::string sweeps =
        least->reference_sweeps == most->reference_sweeps
            ? fmt::format("{}", most->reference_sweeps)
            : fmt::format("{} to {}", least->reference_sweeps, most->reference_sweeps);
    out += fmt::format(": {} times that of {} sweeps on the {}", kNearby, sweeps,
                       comparison.error_reference);
  }
  out += "\n rank  where          error    seconds  sweeps  speed-up\n";
  for (const Compared& compared : comparison.ranks) {
    if (compared.cpu) out += error_row(compared, "cpu", *compared.cpu, {});
    if (compared.gpu) {
      out += error_row(compared, comparison.emulated ? "emulated" : "gpu", *compared.gpu,
                       speed_up(error_seconds(compared.cpu), error_seconds(compared.gpu)));
    }
  }
  return out;
}

Json json_of(const std::optional<Measured>& measured) {
  if (!measured) return nullptr;
  const bool timed = !measured->sweep_seconds.empty();
  Json json = {{"sweep_seconds", measured->sweep_seconds},
               {"median_sweep_seconds", timed ? Json(measured->median_seconds()) : Json(nullptr)},
               {"start_seconds", timed ? Json(measured->start_seconds) : Json(nullptr)},
               {"panel_rows", measured->panel_rows}};
  if (measured->rates) {
    json["threads"] = measured->rates->threads;
    json["product_flops_per_second"] = measured->rates->product_flops;
    json["memory_bytes_per_second"] = measured->rates->memory_bytes;
    json["limit_product_seconds"] = measured->product_seconds;
    json["limit_memory_seconds"] = measured->memory_seconds;
    json["of_limit"] = measured->limit_seconds() / measured->median_seconds();
    json["bound"] = bound_of(*measured);
  }
  json["error_reached"] = measured->reached.has_value();
  json["error_sweeps"] = measured->reached ? Json(measured->reached->sweeps) : Json(nullptr);
  json["error_seconds"] =
      measured->reached && timed ? Json(measured->reached->seconds) : Json(nullptr);
  json["least_error"] = number_json(measured->least_error);
  if (measured->work) {
    json["kernels_per_sweep"] = measured->work->kernels;
    json["products_per_sweep"] = measured->work->products;
    json["bus_bytes_per_sweep"] = measured->work->bus_bytes;
  }
  return json;
}

Json json_of(const std::optional<bench::BestSweep>& best) {
  if (!best) return nullptr;
  return {{"seconds_at_peaks", best->modelled.seconds},
          {"seconds_at_part_of_peaks", best->modelled.slow_seconds},
          {"part_of_peaks", bench::kReached},
          {"bound", best->modelled.bound},
          {"of_limit", best->modelled.of_limit},
          {"resident", best->sweep.resident},
          {"panel_rows", best->sweep.panel_rows}};
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const std::string& cpu) {
  const std::string padded = machines(comparison, cpu) + rates_table(comparison) +
                             sweep_table(comparison) + error_table(comparison);
  // Columns that stand empty at the end of a line are no part of it.
  std::string text;
  for (const char c : padded) {
    if (c == '\n') text.erase(text.find_last_not_of(' ') + 1);
    text += c;
  }
  return text;
}

Json comparison_json(const Comparison& comparison, const std::string& cpu) {
  Json ranks = Json::array();
  for (const Compared& compared : comparison.ranks) {
    ranks.push_back(
        {{"rank", compared.rank},
         {"error", number_json(compared.error)},
         {"error_reference_sweeps",
          compared.reference_sweeps > 0 ? Json(compared.reference_sweeps) : Json(nullptr)},
         {"cpu", json_of(compared.cpu)},
         {"gpu", json_of(compared.gpu)},
         {"modelled", json_of(compared.modelled)}});
  }
  const std::string none = comparison.has_gpu ? std::string() : comparison.gpu;
  return {
      {"cpu", text_json(cpu)},
      {"threads", comparison.threads},
      {"gpu", comparison.has_gpu ? Json(comparison.gpu) : Json(nullptr)},
      {"no_gpu_reason", text_json(none)},
      {"emulated", comparison.emulated},
      {"gpu_figures", !comparison.has_gpu   ? Json(nullptr)
                      : comparison.emulated ? Json(kEmulatedName)
                                            : Json("measured")},
      {"modelled_card", comparison.card != nullptr ? Json(comparison.card->name) : Json(nullptr)},
      {"not_modelled", text_json(comparison.not_modelled)},
      {"error_reference", text_json(comparison.error_reference)},
      {"ranks", ranks}};
}

}  // namespace nonneg::cli
