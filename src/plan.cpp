#include "nonneg/plan.hpp"

#include <algorithm>

#include "cpu/parallel.hpp"
#include "panels/worker_share.hpp"

namespace nonneg {

namespace {

/// A panel of this many bytes stays in one core's caches between the two products that read it.
constexpr std::uint64_t kPanelBytes = 2U << 20;
/// Fewer rows than this leave the products too small to run well.
constexpr Index kLeastPanelRows = 64;

Index chosen_panel_rows(Index rows, Index cols, std::uint64_t entry_bytes) {
  const auto fitting = static_cast<Index>(kPanelBytes / entry_bytes) / std::max<Index>(cols, 1);
  const Index whole_blocks = std::max(kLeastPanelRows, fitting / 64 * 64);
  return std::min(whole_blocks, std::max<Index>(rows, 1));
}

/// A worker pays from about this many multiplications per sweep: threads take microseconds to meet.
constexpr double kLeastWork = 1 << 18;

/// Each worker has sums AᵀW of its own (n × k): worth it while they stay small, or beside A.
int chosen_workers(Index threads, Index rows, double work, std::uint64_t sums_bytes,
                   std::uint64_t data_bytes) {
  constexpr std::uint64_t kSmall = 64U << 20;
  const Index blocks = (rows + kLeastPanelRows - 1) / kLeastPanelRows;
  const auto worth = static_cast<Index>(std::min(work / kLeastWork, 1e6));
  const Index workers = std::clamp<Index>(std::min(blocks, worth), 1, threads);
  const std::uint64_t all_sums = static_cast<std::uint64_t>(workers) * sums_bytes;
  return all_sums <= std::max(kSmall, data_bytes / 4) ? static_cast<int>(workers) : 1;
}

}  // namespace

Plan make_plan(const DataView& A, const Options& options, bool scaled) {
  validate(options);
  const Index m = A.rows();
  const Index n = A.cols();
  const Index k = options.rank;
  Plan plan;
  plan.rows = m;
  plan.cols = n;
  plan.rank = k;
  plan.precision = resolve(options.precision, A.type());
  const std::uint64_t entry_bytes = plan.precision == Precision::float32 ? 4 : 8;
  const auto bytes = [entry_bytes](Index rows, Index cols) {
    return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * entry_bytes;
  };
  plan.data_bytes = A.bytes();
  const Index threads = options.threads > 0 ? options.threads : cpu::usable_threads();
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  plan.workers = chosen_workers(threads, m, work, bytes(n, k), plan.data_bytes);
  const Index share = largest_share(m, plan.workers);
  plan.panel_rows = options.panel_rows > 0 ? std::min(options.panel_rows, std::max<Index>(share, 1))
                                           : chosen_panel_rows(share, n, entry_bytes);
  plan.panels = 0;
  for (int w = 0; w < plan.workers; ++w) {
    plan.panels += (worker_share(m, plan.workers, w).count + plan.panel_rows - 1) / plan.panel_rows;
  }
  const auto workers = static_cast<std::uint64_t>(plan.workers);
  plan.factor_bytes = bytes(m, k) + bytes(n, k);
  const bool in_place = !scaled && A.row_major() && element_size(A.type()) == entry_bytes &&
                        (A.type() == ElementType::float32 || A.type() == ElementType::float64);
  plan.panel_bytes = in_place ? 0 : workers * bytes(plan.panel_rows, n);
  // Per worker C, S, G and P, and for the residual H laid out; 64 rows of residual per thread; one
  // more G for the checks.
  plan.workspace_bytes = workers * (2 * bytes(n, k) + 2 * bytes(k, k) + bytes(plan.panel_rows, k)) +
                         bytes(64 * threads, n) + bytes(k, k);
  plan.total_bytes = plan.factor_bytes + plan.panel_bytes + plan.workspace_bytes;
  plan.data_bytes_per_iteration = plan.data_bytes;
  const auto flops = [](Index a, Index b, Index c) {
    return 2.0 * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
  };
  plan.flops_per_iteration = 2 * flops(m, n, k) + 2 * flops(m + n, k, k);
  return plan;
}

}  // namespace nonneg
