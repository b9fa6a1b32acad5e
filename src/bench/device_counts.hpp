// SPDX-License-Identifier: Apache-2.0
/// What one sweep over dense float32 data gives a CUDA device to do, as formulas in m, n, k and the
/// panel height. tests/cost holds them against what the emulated device counted.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nonneg/options.hpp"
#include "rules/chosen_repeats.hpp"

namespace nonneg::bench {

/// Which sweep is meant.
struct SweepCase {
  Index m = 0;
  Index n = 0;
  Index k = 0;
  Index panel_rows = 0;
  Algorithm algorithm = Algorithm::mu;
  bool extrapolates = false;
  /// The Kullback-Leibler divergence in place of the Frobenius loss; `algorithm` is mu.
  bool kullback_leibler = false;
  /// A in device memory; else each panel crosses the bus in each sweep.
  bool resident = true;
  /// Passes of an update; 0: the algorithm's own choice.
  Index inner_repeats = 0;

  Index panels() const { return (m + panel_rows - 1) / panel_rows; }
  Index w_repeats() const {
    return inner_repeats > 0 ? inner_repeats : chosen_repeats(algorithm, n, k);
  }
  Index h_repeats() const {
    return inner_repeats > 0 ? inner_repeats : chosen_repeats(algorithm, m, k);
  }
};

/// Global memory that one update kernel reads and writes, in bytes: what its threads ask for, from
/// whichever cache it comes.
struct UpdateTraffic {
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;

  bool operator==(const UpdateTraffic&) const = default;
};

/// A sweep's figures; the same fields are read off the ledger.
struct SweepCounts {
  std::uint64_t graph_launches = 0;
  std::uint64_t kernels = 0;
  std::uint64_t blas_calls = 0;
  std::uint64_t memsets = 0;
  std::uint64_t memset_bytes = 0;
  /// Within device memory.
  std::uint64_t copies = 0;
  std::uint64_t copied_bytes = 0;
  std::uint64_t uploads = 0;
  std::uint64_t uploaded_bytes = 0;
  std::uint64_t downloaded_bytes = 0;
  std::uint64_t blas_flops = 0;
  /// Each operand of each product once, those added to twice.
  std::uint64_t blas_bytes = 0;
  UpdateTraffic update_w;
  UpdateTraffic update_h;
  UpdateTraffic extrapolate;

  bool operator==(const SweepCounts&) const = default;
};

inline constexpr std::uint64_t kEntryBytes = sizeof(float);

inline std::uint64_t entries(Index rows, Index cols) {
  return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols);
}

/// How kernels/row_groups.cuh cuts a factor of k <= 768 float32 components.
struct RowCut {
  /// Lanes of a group, of which a warp has 32 / width.
  Index width = 0;
  /// Components of a row in the registers of a lane.
  Index per_lane = 0;
  Index rows_per_group = 0;
  Index rows_per_block = 0;
  /// G is copied into each block's shared memory; else every group reads its rows anew, through the
  /// cache.
  bool gram_in_shared = false;

  explicit RowCut(Index k) {
    constexpr Index kWarpsPerBlock = 8;
    width = k <= 8 ? 8 : (k <= 16 ? 16 : 32);
    per_lane = k <= 32 ? 1 : k <= 64 ? 2 : k <= 128 ? 4 : k <= 256 ? 8 : k <= 512 ? 16 : 24;
    rows_per_group = per_lane <= 2 ? 4 : (per_lane <= 8 ? 2 : 1);
    rows_per_block = kWarpsPerBlock * (32 / width) * rows_per_group;
    gram_in_shared = k <= 64;
  }

  std::uint64_t blocks(Index rows) const {
    // Sixteen for each of some 128 multiprocessors (kernels/busy_grid.hpp).
    constexpr Index kMaxBlocks = 2048;
    return static_cast<std::uint64_t>(
        std::clamp<Index>((rows + rows_per_block - 1) / rows_per_block, 1, kMaxBlocks));
  }
  /// Warps' worth of rows.
  std::uint64_t warps(Index rows) const {
    const Index rows_per_warp = 32 / width * rows_per_group;
    return static_cast<std::uint64_t>((rows + rows_per_warp - 1) / rows_per_warp);
  }
  std::uint64_t groups(Index rows) const {
    return static_cast<std::uint64_t>((rows + rows_per_group - 1) / rows_per_group);
  }
};

/// Passes before which HALS forms the gradient anew, and so reads P: 0, 1, 2, 4, 8, …
inline std::uint64_t gradients(Index passes) {
  std::uint64_t count = 0;
  for (Index pass = 0; pass < passes; ++pass) count += (pass & (pass - 1)) == 0 ? 1U : 0U;
  return count;
}

/// Whether F·G comes from a product before the update (src/cuda/plan.hpp).
inline bool forms_denominators(Algorithm algorithm, Index k, Index passes) {
  return algorithm == Algorithm::mu && passes == 1 && k > 64;
}

/// The least that an update of `rows` × k moves: numerator and factor read once, and the
/// denominator or, where the update forms that itself, G; factor written once.
inline UpdateTraffic least_traffic(Algorithm algorithm, Index rows, Index k, Index passes) {
  const std::uint64_t third =
      forms_denominators(algorithm, k, passes) ? entries(rows, k) : entries(k, k);
  return {kEntryBytes * (2 * entries(rows, k) + third), kEntryBytes * entries(rows, k)};
}

/// Traffic of the update kernel over `rows` × k that takes exactly `passes` over each row.
inline UpdateTraffic update_traffic(Algorithm algorithm, Index rows, Index k, Index passes) {
  if (forms_denominators(algorithm, k, passes)) {
    return {3 * kEntryBytes * entries(rows, k), kEntryBytes * entries(rows, k)};
  }
  const RowCut cut(k);
  const bool hals = algorithm == Algorithm::hals;
  const std::uint64_t p_reads = hals ? gradients(passes) : static_cast<std::uint64_t>(passes);
  std::uint64_t gram = 0;
  if (cut.gram_in_shared) {
    gram = cut.blocks(rows) * entries(k, k);
  } else {
    const std::uint64_t products =
        hals ? gradients(passes) + static_cast<std::uint64_t>(passes) : p_reads;
    gram = cut.groups(rows) * products * entries(k, k);
  }
  if (hals) gram += cut.blocks(rows) * static_cast<std::uint64_t>(k);  // the curvatures
  return {kEntryBytes * ((1 + p_reads) * entries(rows, k) + gram), kEntryBytes * entries(rows, k)};
}

/// Update W of a whole sweep: panel by panel.
inline UpdateTraffic panel_traffic(const SweepCase& sweep, Index passes) {
  UpdateTraffic total;
  for (Index first = 0; first < sweep.m; first += sweep.panel_rows) {
    const UpdateTraffic panel = update_traffic(
        sweep.algorithm, std::min(sweep.panel_rows, sweep.m - first), sweep.k, passes);
    total.loaded += panel.loaded;
    total.stored += panel.stored;
  }
  return total;
}

/// A reduction in two stages over `count` pairs of entries.
inline UpdateTraffic dot_traffic(std::uint64_t count) {
  constexpr std::uint64_t kPerBlock = 16 * 256;
  constexpr std::uint64_t kMaxBlocks = 1024;
  const std::uint64_t blocks =
      std::clamp<std::uint64_t>((count + kPerBlock - 1) / kPerBlock, 1, kMaxBlocks);
  const std::uint64_t partials = blocks * sizeof(double);
  return {2 * kEntryBytes * count + partials, partials + sizeof(double)};
}

/// What extrapolation adds after a sweep that is not undone: sums, decision, two copies that do not
/// happen but for reading their condition, and the next point.
inline UpdateTraffic extrapolation_traffic(Index m, Index n, Index k) {
  const auto threads = [](std::uint64_t count, std::uint64_t most_blocks) {
    constexpr std::uint64_t kThreads = 256;
    return kThreads *
           std::clamp<std::uint64_t>((count + 4 * kThreads - 1) / (4 * kThreads), 1, most_blocks);
  };
  const std::uint64_t w = entries(m, k);
  const std::uint64_t h = entries(n, k);
  const UpdateTraffic cross = dot_traffic(h);
  const UpdateTraffic quadratic = dot_traffic(entries(k, k));
  const std::uint64_t conditions = threads(w, 1 << 12) + threads(h, 1 << 12) +
                                   threads(entries(k, k), 1 << 12) + threads(h, 1 << 16);
  // The last two of each entry of H are the squared norms of its component, from the cache.
  return {cross.loaded + quadratic.loaded + sizeof(double) * conditions + 4 * kEntryBytes * h,
          cross.stored + quadratic.stored + 2 * kEntryBytes * h};
}

/// The decision's one thread reads and writes at most this many bytes of doubles, by what it
/// decides; extrapolation_traffic leaves them out.
inline constexpr std::uint64_t kDecisionBytes = 128;

/// Kernels and products of a Kullback-Leibler sweep over dense, complete data. Per panel: the model
/// and its quotients for either factor's products, W's update, the sums of W's columns; then Ht's
/// update, and once per sweep the sums of Ht's columns. Sums take two kernels.
inline std::uint64_t kullback_leibler_kernels(std::uint64_t panels) { return 5 * panels + 3; }
inline std::uint64_t kullback_leibler_products(std::uint64_t panels) { return 4 * panels; }

/// One Frobenius sweep that every row takes `w_passes` and `h_passes` over. HALS rows stop by
/// themselves: its ledger lies between one pass and the most.
inline SweepCounts model_sweep(const SweepCase& sweep, Index w_passes, Index h_passes) {
  const std::uint64_t a = entries(sweep.m, sweep.n);
  const std::uint64_t w = entries(sweep.m, sweep.k);
  const std::uint64_t h = entries(sweep.n, sweep.k);
  const std::uint64_t g = entries(sweep.k, sweep.k);
  const auto k = static_cast<std::uint64_t>(sweep.k);
  const auto panels = static_cast<std::uint64_t>(sweep.panels());
  SweepCounts counts;
  counts.graph_launches = sweep.resident ? 1 : 0;
  // Per panel: the update; then Ht's.
  counts.kernels = panels + 1;
  // Per panel: A·Ht, AᵀW, WᵀW; once: H·Hᵀ.
  counts.blas_calls = 3 * panels + 1;
  counts.blas_flops = 4 * a * k + 2 * w * k + 2 * h * k;
  counts.blas_bytes = kEntryBytes * ((a + panels * h + w) + (a + w + 2 * panels * h) +
                                     (2 * w + 2 * panels * g) + (2 * h + 2 * g));
  counts.memsets = 3;
  counts.memset_bytes = kEntryBytes * (2 * g + h);
  if (!sweep.resident) {
    counts.uploads = panels;
    counts.uploaded_bytes = kEntryBytes * a;
  }
  counts.update_w = panel_traffic(sweep, w_passes);
  counts.update_h = update_traffic(sweep.algorithm, sweep.n, sweep.k, h_passes);
  if (forms_denominators(sweep.algorithm, sweep.k, w_passes)) {
    // Of each update: F·G.
    counts.blas_calls += panels + 1;
    counts.blas_flops += 2 * (w + h) * k;
    counts.blas_bytes += kEntryBytes * (2 * w + 2 * h + (panels + 1) * g);
  }
  if (sweep.extrapolates) {
    counts.kernels += 9;  // two sums of two stages, the decision, three copies, the point
    counts.blas_calls += 1;
    counts.blas_flops += 2 * h * k;
    counts.blas_bytes += kEntryBytes * (2 * h + 2 * g);
    counts.memsets += 1;
    counts.memset_bytes += kEntryBytes * g;
    counts.copies = panels + 1;
    counts.copied_bytes = kEntryBytes * (w + g);
    counts.extrapolate = extrapolation_traffic(sweep.m, sweep.n, sweep.k);
  }
  return counts;
}

}  // namespace nonneg::bench
