// SPDX-License-Identifier: Apache-2.0
#include "bench/modelled_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/device_instructions.hpp"

namespace nonneg::bench {

namespace {

/// Between two dependent operations of a stream or graph: assumed, of no data sheet.
constexpr double kLaunchSeconds = 2e-6;

/// Seconds by what they are spent on.
struct Parts {
  double memory = 0;
  double float32 = 0;
  double tensor = 0;
  double issue = 0;
  double launch = 0;

  double at_peaks() const { return memory + float32 + tensor + issue; }

  /// One stage: its arithmetic, its instructions and its traffic overlap, so that the slowest
  /// counts.
  void add_stage(const Parts& stage) {
    const double arithmetic = stage.float32 + stage.tensor;
    if (stage.issue > std::max(arithmetic, stage.memory)) {
      issue += stage.issue;
    } else if (stage.memory > arithmetic) {
      memory += stage.memory;
    } else {
      float32 += stage.float32;
      tensor += stage.tensor;
    }
  }

  std::string_view largest() const {
    const double most = std::max({memory, float32, tensor, issue, launch});
    if (most == memory) return "memory";
    if (most == float32) return "fp32";
    if (most == issue) return "issue";
    return most == tensor ? "tensor" : "launch";
  }
};

double as_double(std::uint64_t value) { return static_cast<double>(value); }

double bytes_of(Index rows, Index cols) { return as_double(kEntryBytes * entries(rows, cols)); }

/// Flops of the row updates, every row taking all its passes: F·G once per gradient, and for HALS
/// one more pass over the k components each.
double update_flops(const SweepCase& s) {
  const auto per_row = [&](Index passes) {
    // Of a product of its own, whose flops are the products'.
    if (forms_denominators(s.algorithm, s.k, passes)) return 0.0;
    const auto count = static_cast<double>(passes);
    const double products =
        s.algorithm == Algorithm::hals ? count + as_double(gradients(passes)) : count;
    return 2 * as_double(entries(s.k, s.k)) * products;
  };
  return static_cast<double>(s.m) * per_row(s.w_repeats()) +
         static_cast<double>(s.n) * per_row(s.h_repeats());
}

/// Flops of the products with A, or with its quotients and the model for Kullback-Leibler.
double product_flops(const SweepCase& s) {
  return (s.kullback_leibler ? 8 : 4) * as_double(entries(s.m, s.n)) * static_cast<double>(s.k);
}

/// Ht and C are touched by every panel: they stay in the cache where they take a quarter of it.
bool keeps_ht(const Card& card, const SweepCase& s) {
  return 2 * bytes_of(s.n, s.k) <= card.l2_bytes / 4;
}

Parts frobenius_parts(const Card& card, const SweepCase& s, ReadsOfA reads, bool tf32) {
  const SweepCounts c = model_sweep(s, 1, 1);
  double bytes =
      as_double(c.blas_bytes) + as_double(c.memset_bytes) + 2 * as_double(c.copied_bytes);
  if (s.resident && reads == ReadsOfA::once) bytes -= bytes_of(s.m, s.n);
  if (keeps_ht(card, s)) bytes -= 3 * bytes_of(s.n, s.k) * static_cast<double>(s.panels() - 1);
  const double a_seconds = product_flops(s) / (tf32 ? card.tf32_flops : card.float32_flops);
  const double gram_seconds = (as_double(c.blas_flops) - product_flops(s)) / card.float32_flops;
  Parts parts;
  parts.add_stage({.memory = bytes / card.memory_bandwidth,
                   .float32 = gram_seconds + (tf32 ? 0 : a_seconds),
                   .tensor = tf32 ? a_seconds : 0});
  const UpdateTraffic w = least_traffic(s.algorithm, s.m, s.k, s.w_repeats());
  const UpdateTraffic h = least_traffic(s.algorithm, s.n, s.k, s.h_repeats());
  parts.add_stage(
      {.memory = as_double(w.loaded + w.stored + h.loaded + h.stored) / card.memory_bandwidth,
       .float32 = update_flops(s) / card.float32_flops,
       .issue = (update_instructions(s.algorithm, s.m, s.k, s.w_repeats()) +
                 update_instructions(s.algorithm, s.n, s.k, s.h_repeats())) /
                card.instructions});
  parts.add_stage(
      {.memory = as_double(c.extrapolate.loaded + c.extrapolate.stored) / card.memory_bandwidth});
  parts.launch = kLaunchSeconds * as_double(c.kernels + c.blas_calls + c.memsets + c.copies);
  return parts;
}

/// Instructions of a warp for 32 quotients of Kullback-Leibler: the loop of beta_quotients, counted
/// as those of device_instructions.hpp are.
constexpr double kQuotientInstructions = 45;

Parts kullback_leibler_parts(const Card& card, const SweepCase& s, ReadsOfA reads, bool tf32) {
  const double a_bytes = bytes_of(s.m, s.n);
  const double w_bytes = bytes_of(s.m, s.k);
  const double h_bytes = bytes_of(s.n, s.k);
  const double panels = keeps_ht(card, s) ? 1 : static_cast<double>(s.panels());
  // Panels that are read once leave the model in the cache as well.
  const bool cached = s.resident && reads == ReadsOfA::once;
  const double flops = product_flops(s) / (tf32 ? card.tf32_flops : card.float32_flops);
  Parts parts;
  // For either factor: the model written and its quotients read; W read, and a product written.
  parts.add_stage({.memory = ((cached ? 0 : 4 * a_bytes) + 4 * w_bytes + 4 * panels * h_bytes) /
                             card.memory_bandwidth,
                   .float32 = tf32 ? 0 : flops,
                   .tensor = tf32 ? flops : 0});
  // A and the model read, the quotients written, twice.
  parts.add_stage(
      {.memory = (cached ? 1 : 6) * a_bytes / card.memory_bandwidth,
       .issue = 2 * as_double(entries(s.m, s.n)) / 32 * kQuotientInstructions / card.instructions});
  // A factor and its numerators read and the factor written; the sums of its columns.
  parts.add_stage({.memory = 4 * (w_bytes + h_bytes) / card.memory_bandwidth});
  const auto count = static_cast<std::uint64_t>(s.panels());
  constexpr std::uint64_t kMemsets = 3;
  parts.launch = kLaunchSeconds * as_double(kullback_leibler_kernels(count) +
                                            kullback_leibler_products(count) + kMemsets);
  return parts;
}

constexpr std::array<Index, 6> kRanks = {8, 16, 32, 64, 128, 256};

struct TableCase {
  std::string_view title;
  SweepCase sweep;
  bool tf32 = false;
};

std::string table(const TableCase& which) {
  std::string out = fmt::format(
      "| modelled: {} | k | ms at the peaks | at {} of them | bound | of limit | rows of a panel "
      "|\n|---|---|---|---|---|---|---|\n",
      which.title, kReached);
  for (const Card& card : cards()) {
    for (const Index k : kRanks) {
      SweepCase sweep = which.sweep;
      sweep.k = k;
      const BestSweep best = best_modelled_sweep(card, sweep, which.tf32);
      out += fmt::format("| {} | {} | {:.1f} | {:.1f} | {} | {:.2f} | {} |\n",
                         k == kRanks.front() ? card.name : "", k, 1e3 * best.modelled.seconds,
                         1e3 * best.modelled.slow_seconds, best.modelled.bound,
                         best.modelled.of_limit, best.sweep.panel_rows);
    }
  }
  return out;
}

/// A over the bus, once and twice: the bound of every rule at these sizes.
std::string staged_table(SweepCase sweep) {
  std::string out = "| modelled: card | A over the bus once: ms | twice: ms |\n|---|---|---|\n";
  sweep.resident = false;
  sweep.panel_rows = modelled_staged_rows(sweep.n);
  for (const Card& card : cards()) {
    const auto cell = [&](ReadsOfA reads) {
      return 1e3 * modelled_sweep(card, sweep, reads, false).seconds;
    };
    out += fmt::format("| {} | {:.0f} | {:.0f} |\n", card.name, cell(ReadsOfA::once),
                       cell(ReadsOfA::twice));
  }
  return out;
}

}  // namespace

const std::vector<Card>& cards() {
  // NVIDIA H200 Tensor Core GPU data sheet (SXM): 4.8 TB/s, FP32 67 TFLOPS, TF32 989 TFLOPS with
  // sparsity, PCIe Gen5 128 GB/s in both directions together. Second-level cache: NVIDIA H100
  // Tensor Core GPU Architecture (white paper), the same chip.
  //
  // NVIDIA A100 Tensor Core GPU data sheet (80GB SXM): 2,039 GB/s, FP32 19.5 TFLOPS, TF32 156
  // TFLOPS, PCIe Gen4 64 GB/s in both directions together. Second-level cache: NVIDIA A100 Tensor
  // Core GPU Architecture (white paper).
  //
  // NVIDIA Ada GPU Architecture (white paper), GeForce RTX 4090: 1,008 GB/s, FP32 82.6 TFLOPS, TF32
  // 82.6 TFLOPS without sparsity, 73,728 KB of second-level cache; PCIe Gen4 x16.
  //
  // Instructions: 132 multiprocessors at 1.98 GHz, 108 at 1.41 GHz, 128 at 2.52 GHz, as the float32
  // rates have it.
  static const std::vector<Card> kKnown = {
      {"H200 SXM", 141e9, 4.8e12, 67e12, 494.5e12, 1.045e12, 64e9, 50.0 * (1 << 20)},
      {"A100 80GB SXM", 80e9, 2.039e12, 19.5e12, 156e12, 0.609e12, 32e9, 40.0 * (1 << 20)},
      {"GeForce RTX 4090", 24e9, 1.008e12, 82.6e12, 82.6e12, 1.29e12, 32e9, 72.0 * (1 << 20)}};
  return kKnown;
}

Index modelled_panel_rows(const Card& card, Index n, ReadsOfA reads) {
  constexpr Index kLibrarysOwn = 8192;
  if (reads == ReadsOfA::twice) return kLibrarysOwn;
  const auto fitting = static_cast<Index>(card.l2_bytes / 2) / (n * Index{kEntryBytes});
  return std::max<Index>(fitting / 64 * 64, 64);
}

Index modelled_staged_rows(Index n) {
  constexpr Index kPieceBytes = Index{32} << 20;
  return std::max<Index>(kPieceBytes / (n * Index{kEntryBytes}) / 64 * 64, 64);
}

ModelledSweep modelled_sweep(const Card& card, const SweepCase& sweep, ReadsOfA reads, bool tf32) {
  const Parts parts = sweep.kullback_leibler ? kullback_leibler_parts(card, sweep, reads, tf32)
                                             : frobenius_parts(card, sweep, reads, tf32);
  const double a_bytes = bytes_of(sweep.m, sweep.n);
  const double crossings = sweep.resident ? 0 : (reads == ReadsOfA::once ? 1 : 2);
  // The copy stream brings panels over while the compute stream works on those before.
  const double bus_seconds = crossings * a_bytes / card.bus_bandwidth;
  const double on_device = parts.at_peaks() + parts.launch;
  ModelledSweep modelled;
  modelled.seconds = std::max(on_device, bus_seconds);
  modelled.slow_seconds =
      std::max(parts.at_peaks() / kReached + parts.launch, bus_seconds / kReached);
  modelled.bound = bus_seconds > on_device ? "bus" : parts.largest();
  const double limit =
      std::max(a_bytes / (sweep.resident ? card.memory_bandwidth : card.bus_bandwidth),
               product_flops(sweep) / (tf32 ? card.tf32_flops : card.float32_flops));
  modelled.of_limit = limit / modelled.seconds;
  return modelled;
}

BestSweep best_modelled_sweep(const Card& card, SweepCase sweep, bool tf32) {
  // A sixteenth of the memory is left alone, and a few panels' workspace goes beside A.
  const double taken = bytes_of(sweep.m, sweep.n) + 3 * bytes_of(sweep.m, sweep.k) + 1e9;
  sweep.resident = taken <= card.memory_bytes / 16 * 15;
  if (!sweep.resident) {
    sweep.panel_rows = std::min(sweep.m, modelled_staged_rows(sweep.n));
    return {modelled_sweep(card, sweep, ReadsOfA::once, tf32), sweep};
  }
  BestSweep best;
  for (const ReadsOfA reads : {ReadsOfA::once, ReadsOfA::twice}) {
    sweep.panel_rows = std::min(sweep.m, modelled_panel_rows(card, sweep.n, reads));
    const ModelledSweep modelled = modelled_sweep(card, sweep, reads, tf32);
    if (reads == ReadsOfA::once || modelled.seconds < best.modelled.seconds) {
      best = {modelled, sweep};
    }
  }
  return best;
}

std::vector<std::string> modelled_tables() {
  const SweepCase mu{.m = 500000, .n = 4096, .k = 8, .algorithm = Algorithm::mu};
  SweepCase hals = mu;
  hals.algorithm = Algorithm::hals;
  hals.extrapolates = true;
  SweepCase kl = mu;
  kl.kullback_leibler = true;
  return {table({"MU, float32", mu}), table({"MU, products of A in tf32", mu, true}),
          table({"HALS, float32", hals}), table({"Kullback-Leibler, float32", kl}),
          staged_table(mu)};
}

}  // namespace nonneg::bench
