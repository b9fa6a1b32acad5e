// SPDX-License-Identifier: Apache-2.0
#include "support/modelled_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nonneg::bench {

namespace {

/// Between two dependent operations of a stream or graph: assumed, of no data sheet.
constexpr double kLaunchSeconds = 2e-6;

/// Seconds by what they are spent on.
struct Parts {
  double memory = 0;
  double float32 = 0;
  double tensor = 0;
  double launch = 0;

  double total() const { return memory + float32 + tensor + launch; }

  /// One stage: its arithmetic and its traffic overlap, so that the slower counts.
  void add_stage(double bytes_seconds, double float32_seconds, double tensor_seconds) {
    if (bytes_seconds > float32_seconds + tensor_seconds) {
      memory += bytes_seconds;
    } else {
      float32 += float32_seconds;
      tensor += tensor_seconds;
    }
  }

  std::string_view largest() const {
    const double most = std::max({memory, float32, tensor, launch});
    if (most == memory) return "memory";
    if (most == float32) return "fp32";
    return most == tensor ? "tensor" : "launch";
  }
};

double as_double(std::uint64_t value) { return static_cast<double>(value); }

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

Parts device_parts(const Card& card, const SweepCase& s, ReadsOfA reads, bool tf32) {
  const SweepCounts c = model_sweep(s, 1, 1);
  const double a_bytes = as_double(kEntryBytes * entries(s.m, s.n));
  const double h_bytes = as_double(kEntryBytes * entries(s.n, s.k));
  const double a_flops = 4 * as_double(entries(s.m, s.n)) * static_cast<double>(s.k);
  double bytes =
      as_double(c.blas_bytes) + as_double(c.memset_bytes) + 2 * as_double(c.copied_bytes);
  if (s.resident && reads == ReadsOfA::once) bytes -= a_bytes;
  // Ht and C are touched by every panel: they stay in the cache where they take a quarter of it.
  if (2 * h_bytes <= card.l2_bytes / 4) bytes -= 3 * h_bytes * static_cast<double>(s.panels() - 1);
  Parts parts;
  const double a_seconds = a_flops / (tf32 ? card.tf32_flops : card.float32_flops);
  const double gram_seconds = (as_double(c.blas_flops) - a_flops) / card.float32_flops;
  parts.add_stage(bytes / card.memory_bandwidth, gram_seconds + (tf32 ? 0 : a_seconds),
                  tf32 ? a_seconds : 0);
  const UpdateTraffic w = least_traffic(s.algorithm, s.m, s.k, s.w_repeats());
  const UpdateTraffic h = least_traffic(s.algorithm, s.n, s.k, s.h_repeats());
  parts.add_stage(as_double(w.loaded + w.stored + h.loaded + h.stored) / card.memory_bandwidth,
                  update_flops(s) / card.float32_flops, 0);
  parts.add_stage(as_double(c.extrapolate.loaded + c.extrapolate.stored) / card.memory_bandwidth, 0,
                  0);
  parts.launch = kLaunchSeconds * as_double(c.kernels + c.blas_calls + c.memsets + c.copies);
  return parts;
}

constexpr std::array<Index, 6> kRanks = {8, 16, 32, 64, 128, 256};

struct TableCase {
  std::string_view title;
  Index m = 0;
  Index n = 0;
  Algorithm algorithm = Algorithm::mu;
  bool resident = true;
  bool tf32 = false;
};

std::string cell(const ModelledSweep& modelled) {
  return fmt::format("{:>9.3f} {:<6} {:>8.2f}", 1e3 * modelled.seconds, modelled.bound,
                     modelled.of_limit);
}

std::string table(const TableCase& which) {
  const bool staged = !which.resident;
  std::string out = fmt::format("Modelled: {}, {} x {} float32{}\n", which.title, which.m, which.n,
                                which.tf32 ? ", products of A in tf32" : "");
  out += fmt::format("{:<20} {:>3}   {:<27} {}\n", "", "",
                     staged ? "modelled, A over bus once" : "modelled, A read once",
                     staged ? "modelled, over bus twice" : "modelled, A read twice");
  out += fmt::format("{:<20} {:>3} {:>9} {:<6} {:>8}   {:>9} {:<6} {:>8}\n", "card", "k", "ms",
                     "bound", "of limit", "ms", "bound", "of limit");
  for (const Card& card : cards()) {
    for (const Index k : kRanks) {
      SweepCase sweep{.m = which.m,
                      .n = which.n,
                      .k = k,
                      .algorithm = which.algorithm,
                      .extrapolates = which.algorithm == Algorithm::hals,
                      .resident = which.resident};
      std::array<std::string, 2> cells;
      for (const ReadsOfA reads : {ReadsOfA::once, ReadsOfA::twice}) {
        sweep.panel_rows = staged ? modelled_staged_rows(which.n)
                                  : std::min(which.m, modelled_panel_rows(card, which.n, reads));
        cells[reads == ReadsOfA::once ? 0 : 1] =
            cell(modelled_sweep(card, sweep, reads, which.tf32));
      }
      out += fmt::format("{:<20} {:>3} {}   {}\n", card.name, k, cells[0], cells[1]);
    }
  }
  return out + "\n";
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
  static const std::vector<Card> kKnown = {
      {"H200 SXM", 4.8e12, 67e12, 494.5e12, 64e9, 50.0 * (1 << 20)},
      {"A100 80GB SXM", 2.039e12, 19.5e12, 156e12, 32e9, 40.0 * (1 << 20)},
      {"GeForce RTX 4090", 1.008e12, 82.6e12, 82.6e12, 32e9, 72.0 * (1 << 20)}};
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
  const Parts parts = device_parts(card, sweep, reads, tf32);
  const double a_bytes = as_double(kEntryBytes * entries(sweep.m, sweep.n));
  const double a_flops = 4 * as_double(entries(sweep.m, sweep.n)) * static_cast<double>(sweep.k);
  const double crossings = sweep.resident ? 0 : (reads == ReadsOfA::once ? 1 : 2);
  // The copy stream brings panels over while the compute stream works on those before.
  const double bus_seconds = crossings * a_bytes / card.bus_bandwidth;
  ModelledSweep modelled;
  modelled.seconds = std::max(parts.total(), bus_seconds);
  modelled.bound = bus_seconds > parts.total() ? "bus" : parts.largest();
  const double limit =
      std::max(a_bytes / (sweep.resident ? card.memory_bandwidth : card.bus_bandwidth),
               a_flops / (tf32 ? card.tf32_flops : card.float32_flops));
  modelled.of_limit = limit / modelled.seconds;
  return modelled;
}

std::string modelled_tables() {
  std::string out = fmt::format(
      "MODELLED times of a sweep on cards that it has not run on: the counts of\n"
      "bench/device_cost.txt as formulas, over the peak rates of data sheets, and {:.0f} us "
      "assumed\n"
      "between two dependent operations. No measurement: what a card reaches of its peak, the\n"
      "latency of the chain of components in HALS, and the host's packing of panels that are\n"
      "staged are not in it.\n\n"
      "ms: modelled time of a sweep. bound: what takes the largest part of it. of limit: the\n"
      "least time (A once from where it lies, or the products of A at peak) over the modelled\n"
      "one. Read once: panels of half of the second-level cache; read twice: of 8192 rows. In\n"
      "each sweep A comes from device memory, small or not. HALS: every row takes all passes.\n\n",
      kLaunchSeconds * 1e6);
  constexpr TableCase kTables[] = {{"MU, resident", 500000, 4096, Algorithm::mu, true, false},
                                   {"MU, resident", 500000, 4096, Algorithm::mu, true, true},
                                   {"HALS, resident", 500000, 4096, Algorithm::hals, true, false},
                                   {"MU, staged", 500000, 4096, Algorithm::mu, false, false},
                                   {"MU, resident, small", 6000, 784, Algorithm::mu, true, false}};
  for (const TableCase& which : kTables) out += table(which);
  out.pop_back();
  return out;
}

}  // namespace nonneg::bench
