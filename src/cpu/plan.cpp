// SPDX-License-Identifier: Apache-2.0
#include "cpu/plan.hpp"

#include <algorithm>

#include "cpu/model_tiles.hpp"
#include "cpu/nonnegative_least_squares.hpp"
#include "options/resolve.hpp"
#include "panels/panel_source.hpp"
#include "panels/worker_share.hpp"
#include "rules/make_rule.hpp"

namespace nonneg::cpu {

namespace {

/// A panel of this many bytes stays in one core's caches between the two products that read it.
constexpr double kPanelBytes = 2U << 20;
/// Fewer rows than this leave the products too small to run well.
constexpr Index kMinPanelRows = 64;

/// Bytes of a row of A and of what a rule makes of it: a sparse row's stored entries are taken as
/// many as they are on average.
double row_bytes(const DataView& A, const LossMode& mode, double entry_bytes) {
  const auto cols = static_cast<double>(A.cols());
  if (mode.samples()) {
    const auto rows = static_cast<double>(std::max<Index>(A.rows(), 1));
    return (entry_bytes + sizeof(std::int32_t)) * static_cast<double>(A.stored().entries()) / rows;
  }
  // Of the products with quotients the second comes later, with more in between.
  return (mode.gram_rules_serve ? 1 : 2) * cols * entry_bytes;
}

Index chosen_panel_rows(Index rows, double row_bytes) {
  const auto fitting = static_cast<Index>(kPanelBytes / std::max(row_bytes, 1.0));
  const Index whole_blocks = std::max(kMinPanelRows, fitting / 64 * 64);
  return std::min(whole_blocks, std::max<Index>(rows, 1));
}

/// What the primitives hold while they work, for panels of at most panel_rows rows.
template <class T>
Buffers primitive_needs(const LossMode& mode, Algorithm algorithm, Index panel_rows, Index n,
                        Index k, Index threads) {
  Buffers needs;
  if (!mode.samples()) {
    needs.add({.name = "Ht in tiles, for the loss",
               .rows = 1,
               .cols = TiledFactor<T>::entries(n, k),
               .per_worker = true});
  }
  if (!mode.samples() && !mode.gram_rules_serve && k % kPaddingStep<T> != 0) {
    needs.add({.name = "W's rows, padded",
               .rows = panel_rows,
               .cols = padded_cols(k, kPaddingStep<T>),
               .per_worker = true});
  }
  if (algorithm == Algorithm::anls) {
    needs.add({.name = "sub-problems of anls",
               .rows = threads,
               .cols = static_cast<Index>(anls_workspace_bytes(k)),
               .entries = Buffer::Entries::bytes});
  }
  return needs;
}

/// Each worker has sums AᵀW of its own (n × k): worth it while they stay small, or beside A.
int chosen_workers(Index threads, Index rows, std::uint64_t sums_bytes, std::uint64_t data_bytes) {
  constexpr std::uint64_t kSmall = 64U << 20;
  const Index blocks = (rows + kMinPanelRows - 1) / kMinPanelRows;
  const Index workers = std::clamp<Index>(blocks, 1, threads);
  const std::uint64_t room = std::max(kSmall, data_bytes / 4);
  return sums_bytes <= room / static_cast<std::uint64_t>(workers) ? static_cast<int>(workers) : 1;
}

template <class T>
Plan plan_in(const DataView& A, const Options& options, bool scaled, const Buffers& held) {
  const LossMode mode(options, A);
  const Index m = A.rows();
  const Index n = A.cols();
  const Index k = options.rank;
  constexpr std::uint64_t kEntryBytes = sizeof(T);
  Plan plan;
  plan.rows = m;
  plan.cols = n;
  plan.rank = k;
  plan.precision = resolve(options.precision, A.type());
  plan.data_bytes = A.bytes();
  const Index threads = sweep_threads(m, n, k, options.threads);
  plan.workers =
      chosen_workers(threads, m, Buffers{{"C", n, k}}.bytes(kEntryBytes), plan.data_bytes);
  const Index share = largest_share(m, plan.workers);
  plan.panel_rows = options.panel_rows > 0
                        ? std::min(options.panel_rows, std::max<Index>(share, 1))
                        : chosen_panel_rows(share, row_bytes(A, mode, kEntryBytes));
  plan.panels = 0;
  for (int w = 0; w < plan.workers; ++w) {
    plan.panels += (worker_share(m, plan.workers, w).count + plan.panel_rows - 1) / plan.panel_rows;
  }
  Buffers workspace = sweep_needs<T>(mode, plan.panel_rows, n, k, TiledFactor<T>::entries(n, k));
  workspace.add(primitive_needs<T>(mode, options.algorithm, plan.panel_rows, n, k, threads));
  workspace.add(held);
  plan.factor_bytes = factor_needs(m, n, k).bytes(kEntryBytes);
  plan.panel_bytes = host_source_needs(A, ElementTypeOf<T>::value, plan.panel_rows, scaled)
                         .bytes(kEntryBytes, plan.workers);
  plan.workspace_bytes = workspace.bytes(kEntryBytes, plan.workers);
  plan.total_bytes = plan.factor_bytes + plan.panel_bytes + plan.workspace_bytes;
  plan.data_bytes_per_iteration = plan.data_bytes;
  const auto flops = [](Index a, Index b, Index c) {
    return 2.0 * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
  };
  plan.flops_per_iteration = 2 * flops(m, n, k) + 2 * flops(m + n, k, k);
  return plan;
}

}  // namespace

Plan plan(const DataView& A, const Options& options, bool scaled, const Buffers& held) {
  return resolve(options.precision, A.type()) == Precision::float64
             ? plan_in<double>(A, options, scaled, held)
             : plan_in<float>(A, options, scaled, held);
}

}  // namespace nonneg::cpu
