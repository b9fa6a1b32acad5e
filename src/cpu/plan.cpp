#include "cpu/plan.hpp"

#include <algorithm>
#include <limits>

#include "base/parallel.hpp"
#include "cpu/model_tiles.hpp"
#include "cpu/nonnegative_least_squares.hpp"
#include "panels/in_place.hpp"
#include "panels/worker_share.hpp"
#include "rules/beta_rule.hpp"

namespace nonneg::cpu {

namespace {

/// A panel of this many bytes stays in one core's caches between the two products that read it.
constexpr double kPanelBytes = 2U << 20;
/// Fewer rows than this leave the products too small to run well.
constexpr Index kMinPanelRows = 64;

/// At most the largest count there is.
std::uint64_t whole_bytes(double bytes) {
  constexpr double kMax = 0x1p63;
  return bytes < kMax ? static_cast<std::uint64_t>(bytes)
                      : std::numeric_limits<std::uint64_t>::max();
}

/// Bytes of a row of A and of what a rule makes of it: a sparse row's stored entries are taken as
/// many as they are on average.
double row_bytes(const DataView& A, const Options& options, double entry_bytes) {
  const auto cols = static_cast<double>(A.cols());
  const BetaWork work(options, A);
  if (work.samples(A.sparse())) {
    const auto rows = static_cast<double>(std::max<Index>(A.rows(), 1));
    return (entry_bytes + sizeof(std::int32_t)) * static_cast<double>(A.stored().entries()) / rows;
  }
  // Of the products with quotients the second comes later, with more in between.
  return (gram_rules_serve(options, A) ? 1 : 2) * cols * entry_bytes;
}

Index chosen_panel_rows(Index rows, double row_bytes) {
  const auto fitting = static_cast<Index>(kPanelBytes / std::max(row_bytes, 1.0));
  const Index whole_blocks = std::max(kMinPanelRows, fitting / 64 * 64);
  return std::min(whole_blocks, std::max<Index>(rows, 1));
}

/// Entries of a row of a factor where it is copied to be padded; 0 where it is not.
template <class T>
Index padding(Index rank) {
  const Index padded = padded_cols(rank, kPaddingStep<T>);
  return padded == rank ? 0 : padded;
}

/// What the workers' sources hold: buffers of a panel for what is not read in place, and the values
/// of sparse data where they are not.
double source_bytes(const DataView& A, ElementType compute_type, bool scaled, double workers,
                    double panel_bytes) {
  if (A.sparse()) {
    const double values = readable_in_place(A.stored(), compute_type, scaled) ? 0 : 1;
    const double weights = A.weights() != nullptr ? 1 : 0;
    return (values + weights) * static_cast<double>(A.stored().entries()) *
           static_cast<double>(element_size(compute_type));
  }
  double buffers = readable_in_place(A, compute_type, scaled) ? 0 : 1;
  if (A.weights() != nullptr && !readable_in_place(*A.weights(), compute_type, false)) ++buffers;
  return buffers * workers * panel_bytes;
}

/// Each worker has sums AᵀW of its own (n × k): worth it while they stay small, or beside A.
int chosen_workers(Index threads, Index rows, double sums_bytes, double data_bytes) {
  constexpr double kSmall = 64U << 20;
  const Index blocks = (rows + kMinPanelRows - 1) / kMinPanelRows;
  const Index workers = std::clamp<Index>(blocks, 1, threads);
  const double all_sums = static_cast<double>(workers) * sums_bytes;
  return all_sums <= std::max(kSmall, data_bytes / 4) ? static_cast<int>(workers) : 1;
}

}  // namespace

Plan plan(const DataView& A, const Options& given, bool scaled) {
  const Options options = settled(given, A);
  const BetaWork work(options, A);
  const bool gram = gram_rules_serve(options, A);
  const Index m = A.rows();
  const Index n = A.cols();
  const Index k = options.rank;
  Plan plan;
  plan.rows = m;
  plan.cols = n;
  plan.rank = k;
  plan.precision = resolve(options.precision, A.type());
  const double entry_bytes = plan.precision == Precision::float64 ? 8 : 4;
  // In double, which counts bytes exactly up to 9 PB and does not wrap around beyond.
  const auto bytes = [entry_bytes](Index rows, Index cols) {
    return static_cast<double>(rows) * static_cast<double>(cols) * entry_bytes;
  };
  plan.data_bytes = A.bytes();
  const Index threads = chosen_threads(m, n, k, options.threads);
  plan.workers = chosen_workers(threads, m, bytes(n, k), static_cast<double>(plan.data_bytes));
  const Index share = largest_share(m, plan.workers);
  plan.panel_rows = options.panel_rows > 0
                        ? std::min(options.panel_rows, std::max<Index>(share, 1))
                        : chosen_panel_rows(share, row_bytes(A, options, entry_bytes));
  plan.panels = 0;
  for (int w = 0; w < plan.workers; ++w) {
    plan.panels += (worker_share(m, plan.workers, w).count + plan.panel_rows - 1) / plan.panel_rows;
  }
  const auto workers = static_cast<double>(plan.workers);
  const double factor_bytes = bytes(m, k) + bytes(n, k);
  const ElementType compute_type =
      plan.precision == Precision::float64 ? ElementType::float64 : ElementType::float32;
  const double panel_bytes =
      source_bytes(A, compute_type, scaled, workers, bytes(plan.panel_rows, n));
  // Per worker C, S, G and P, and what the products with quotients and the loss lay out; one more G
  // for the checks. Extrapolation keeps the factors before a sweep, and the point it reads.
  const double extrapolation_bytes = extrapolates(options) ? bytes(m, k) + 2 * bytes(n, k) : 0;
  const double solving_bytes = options.algorithm == Algorithm::anls
                                   ? static_cast<double>(threads) * anls_workspace_bytes(k)
                                   : 0;
  // Ht laid out for tiles: transposed in whole blocks, and its rows padded where they need it.
  const bool samples = work.samples(A.sparse());
  const Index padded =
      plan.precision == Precision::float64 ? padding<double>(k) : padding<float>(k);
  const Index block = plan.precision == Precision::float64 ? kTileCols<double> : kTileCols<float>;
  const double tiled_bytes = bytes(n + block, k) + bytes(n, padded);
  const double workspace_bytes =
      extrapolation_bytes + solving_bytes +
      workers * (bytes(n, k) + 2 * bytes(k, k) + bytes(plan.panel_rows, k)) +
      (gram ? 0
            : workers *
                  (bytes(work.denominator_rows(n) + work.denominator_rows(plan.panel_rows), k) +
                   (samples ? 0 : tiled_bytes + bytes(plan.panel_rows, padded)) +
                   (work.makes_dense ? bytes(plan.panel_rows, n) : 0))) +
      (samples ? 0 : workers * tiled_bytes) + bytes(k, k);
  plan.factor_bytes = whole_bytes(factor_bytes);
  plan.panel_bytes = whole_bytes(panel_bytes);
  plan.workspace_bytes = whole_bytes(workspace_bytes);
  plan.total_bytes = whole_bytes(factor_bytes + panel_bytes + workspace_bytes);
  plan.data_bytes_per_iteration = plan.data_bytes;
  const auto flops = [](Index a, Index b, Index c) {
    return 2.0 * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
  };
  plan.flops_per_iteration = 2 * flops(m, n, k) + 2 * flops(m + n, k, k);
  return plan;
}

}  // namespace nonneg::cpu

namespace nonneg {

Index most_panel_rows(const Plan& plan) noexcept {
  Index most = plan.panel_rows;
  for (const Index rows : plan.panel_row_candidates) most = std::max(most, rows);
  return most;
}

int chosen_threads(Index rows, Index cols, Index rank, int asked) {
  if (asked > 0) return asked;
  // Threads meet a few times in a sweep, and wait for whatever else the machine does: a thread pays
  // from about this many multiplications per sweep.
  constexpr double kMinWork = 1 << 22;
  const double work =
      static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(rank);
  return static_cast<int>(
      std::clamp(work / kMinWork, 1.0, static_cast<double>(cpu::usable_threads())));
}

}  // namespace nonneg
