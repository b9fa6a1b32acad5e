// SPDX-License-Identifier: Apache-2.0
#include "options/weighted_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/number_words.hpp"
#include "base/parallel.hpp"
#include "base/sized_vector.hpp"
#include "data/sparse_weights.hpp"
#include "data/stored_entries.hpp"
#include "data/widen.hpp"
#include "formulas/divergence.hpp"
#include "options/resolve.hpp"

namespace nonneg {

namespace {

/// Rows per piece of the sums; pieces are added in order, whatever the threads.
constexpr Index kPieceRows = 16;

/// A row's entries and their weights, in double; the columns of sparse rows.
struct Row {
  std::vector<double> entries;
  std::vector<double> weights;
  const std::int32_t* columns = nullptr;

  Index column(std::size_t e) const {
    return columns == nullptr ? static_cast<Index>(e) : columns[e];
  }
};

void widen_row(const DataView& row, double scale, std::vector<double>& out) {
  out.resize(static_cast<std::size_t>(row.cols()));
  widen<double>(row, scale, MatrixView<double>(out.data(), 1, row.cols()));
}

void read_row(const DataView& A, Index i, double scale, Row& row) {
  const DataView one = A.row_block(i, 1);
  if (A.sparse()) {
    widen_row(stored_entries(one.stored()), scale, row.entries);
    row.columns = one.stored().columns() + one.stored().row_offsets()[0];
    if (one.weights() != nullptr) {
      row.weights.resize(row.entries.size());
      copy_weights_of_stored(one.stored(), one.weights()->stored(), one.weight_scale(),
                             row.weights.data());
    }
  } else {
    widen_row(one, scale, row.entries);
    if (one.weights() != nullptr) widen_row(*one.weights(), one.weight_scale(), row.weights);
  }
}

[[noreturn]] void refuse(Subject matrix, Index i, Index j, double value, std::string_view rule) {
  const std::string_view name = matrix == Subject::weights ? "the weights" : "A";
  throw InvalidArgument(
      matrix, fmt::format("entry ({}, {}) of {} is {}: {}", i, j, name, number_words(value), rule));
}

/// The largest weight of each column so far, raised by several threads.
class ColumnWeights {
 public:
  explicit ColumnWeights(Index cols)
      : largest_(sized_vector<double>(cols, "weights of A's columns")) {}

  void raise(Index j, double weight) {
    const std::atomic_ref<double> largest(largest_[static_cast<std::size_t>(j)]);
    double now = largest.load(std::memory_order_relaxed);
    while (weight > now && !largest.compare_exchange_weak(now, weight, std::memory_order_relaxed)) {
    }
  }

  const std::vector<double>& largest() const { return largest_; }

 private:
  std::vector<double> largest_;
};

/// Notes a line whose largest weight is `weight`.
void note(const WeighedLine& line, std::vector<Index>& unobserved, WeightedSums& sums) {
  if (line.weight == 0) {
    unobserved.push_back(line.index);
  } else if (line.weight < sums.least_line.weight) {
    sums.least_line = line;
  }
}

class Summing {
 public:
  Summing(const DataView& A, const Options& options, double scale)
      : A_(A),
        options_(options),
        scale_(scale),
        weighs_lines_(is_weighted(options, A)),
        columns_(weighs_lines_ ? A.cols() : 0) {}

  /// May be called by several threads for different rows.
  WeightedSums of_rows(Index first, Index count) {
    WeightedSums sums;
    Row row;
    for (Index i = first; i < first + count; ++i) {
      read_row(A_, i, scale_, row);
      double largest = 0;
      for (std::size_t e = 0; e < row.entries.size(); ++e) {
        const double weight = row.weights.empty() ? 1.0 : row.weights[e];
        if (!(weight >= 0) || std::isinf(weight)) {
          refuse(Subject::weights, i, row.column(e), weight,
                 "every weight must be a finite number >= 0");
        }
        if (!observed(row.entries[e], weight)) continue;
        add(i, row.column(e), row.entries[e], weight, sums);
        largest = std::max(largest, weight);
        if (weighs_lines_) columns_.raise(row.column(e), weight);
      }
      sums.max_weight = std::max(sums.max_weight, largest);
      if (weighs_lines_) note({largest, true, i}, sums.unobserved_rows, sums);
    }
    return sums;
  }

  /// After all rows.
  void note_columns(WeightedSums& total) const {
    Index j = 0;
    for (const double weight : columns_.largest()) {
      note({weight, false, j++}, total.unobserved_columns, total);
    }
  }

 private:
  bool observed(double entry, double weight) const {
    return weight > 0 && !(std::isnan(entry) && options_.missing == Missing::nan);
  }

  void add(Index i, Index j, double a, double weight, WeightedSums& sums) const {
    const double entry = a / scale_;
    if (std::isnan(a)) {
      refuse(Subject::A, i, j, entry,
             A_.sparse() ? "every entry must be a finite number; leave such entries out"
                         : "every entry must be a finite number; replace such entries, or let "
                           "missing = nan take them for missing ones");
    }
    if (std::isinf(a)) refuse(Subject::A, i, j, entry, "every entry must be a finite number");
    if (a < 0) refuse(Subject::A, i, j, entry, "every entry must be >= 0; shift or clip A first");
    if (a == 0 && options_.beta <= 0) refuse_zero(i, j);
    sums.weight += weight;
    sums.sum += weight * a;
    sums.sum_of_squares += weight * a * a;
    sums.max = std::max(sums.max, a);
    if (a > 0) sums.power_sum += weight * power(a);
  }

  double power(double a) const {
    if (options_.beta == kFrobenius) return a * a;
    if (options_.beta == kKullbackLeibler) return a * std::log(a);
    return options_.beta == kItakuraSaito ? std::log(a) : std::pow(a, options_.beta);
  }

  [[noreturn]] void refuse_zero(Index i, Index j) const {
    throw InvalidArgument(Subject::A, fmt::format("entry ({}, {}) of A is 0: with beta = {:g} the "
                                                  "loss of a zero has no bound; add a small "
                                                  "constant to A, use beta > 0, such as beta = 1 "
                                                  "(Kullback-Leibler), or leave zeros out by "
                                                  "weights of 0",
                                                  i, j, options_.beta));
  }

  const DataView& A_;
  const Options& options_;
  double scale_;
  /// Entries do not all count alike.
  bool weighs_lines_;
  ColumnWeights columns_;
};

template <BetaKind Kind>
double sum_of_divergences(const std::vector<double>& entries, const std::vector<double>& weights,
                          double model, const DivergenceTerms<double>& terms) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const double each = weights[e] * entry_divergence(Kind, entries[e], model, terms);
    sum += is_observed(entries[e], weights[e]) ? each : 0.0;
  }
  return sum;
}

/// Σ w·d_β(a, model) over the observed entries of these rows of scale·A, which weighted_sums() has
/// found to be good.
double loss_of_rows(const DataView& A, const Options& options, double scale, double model,
                    Index first, Index count) {
  const DivergenceTerms<double> terms(options.beta);
  double loss = 0;
  Row row;
  for (Index i = first; i < first + count; ++i) {
    read_row(A, i, scale, row);
    if (A.weights() == nullptr) row.weights.assign(row.entries.size(), 1.0);
    with_kind(beta_kind(options.beta), [&]<class Kind>(Kind) {
      loss += sum_of_divergences<Kind::kKind>(row.entries, row.weights, model, terms);
    });
  }
  return loss;
}

/// Whether an entry of A has a weight above 0.
bool any_weight(const DataView& A) {
  if (A.weights() == nullptr) return true;
  Row row;
  for (Index i = 0; i < A.rows(); ++i) {
    read_row(A, i, 1, row);
    const auto& weights = row.weights;
    if (std::any_of(weights.begin(), weights.end(), [](double w) { return w > 0; })) return true;
  }
  return false;
}

/// m·n.
double entries_of(const DataView& A) {
  return static_cast<double>(A.rows()) * static_cast<double>(A.cols());
}

}  // namespace

WeightedSums weighted_sums(const DataView& A, const Options& options, double scale, int threads) {
  const Index pieces = (A.rows() + kPieceRows - 1) / kPieceRows;
  auto sums = sized_vector<WeightedSums>(pieces, "sums over rows of A");
  Summing summing(A, options, scale);
  // A piece that must be refused is read again afterwards, so that the first one speaks.
  auto refused = sized_vector<char>(pieces, "sums over rows of A");
  const auto read = [&](Index p) {
    const Index row = p * kPieceRows;
    return summing.of_rows(row, std::min(kPieceRows, A.rows() - row));
  };
  parallel_ranges(threads, pieces, 1, [&](Index first, Index count) {
    for (Index p = first; p < first + count; ++p) {
      try {
        sums[static_cast<std::size_t>(p)] = read(p);
      } catch (const InvalidArgument&) {
        refused[static_cast<std::size_t>(p)] = 1;
        return;
      }
    }
  });
  WeightedSums total;
  for (Index p = 0; p < pieces; ++p) {
    if (refused[static_cast<std::size_t>(p)] != 0) read(p);
    const WeightedSums& piece = sums[static_cast<std::size_t>(p)];
    total.weight += piece.weight;
    total.sum += piece.sum;
    total.sum_of_squares += piece.sum_of_squares;
    total.power_sum += piece.power_sum;
    total.max = std::max(total.max, piece.max);
    total.max_weight = std::max(total.max_weight, piece.max_weight);
    if (piece.least_line.weight < total.least_line.weight) total.least_line = piece.least_line;
    total.unobserved_rows.insert(total.unobserved_rows.end(), piece.unobserved_rows.begin(),
                                 piece.unobserved_rows.end());
  }
  summing.note_columns(total);
  if (A.sparse() && options.missing != Missing::zeros) {
    const double entries = entries_of(A);
    const auto stored = static_cast<double>(A.stored().entries());
    if (options.beta <= 0 && stored < entries) {
      throw InvalidArgument(Subject::A, fmt::format("A is sparse, and {:.0f} of its entries are "
                                                    "zeros: with beta = {:g} the loss of a zero "
                                                    "has "
                                                    "no bound; use beta > 0, such as beta = 1 "
                                                    "(Kullback-Leibler), or missing = zeros where "
                                                    "nobody observed them",
                                                    entries - stored, options.beta));
    }
    total.weight += entries - stored;
  }
  if (!(total.weight > 0)) {
    throw InvalidArgument(any_weight(A) ? Subject::A : Subject::weights,
                          "no entry of A is observed: every one is missing or has weight 0");
  }
  return total;
}

double power_sum(const WeightedSums& sums, double beta) noexcept {
  if (beta == kKullbackLeibler) return sums.sum;
  return beta == kItakuraSaito ? sums.weight : sums.power_sum;
}

double constant_model_loss(const DataView& A, const Options& options, double scale,
                           const WeightedSums& sums, int threads) {
  const double mean = sums.sum / sums.weight;
  const Index pieces = (A.rows() + kPieceRows - 1) / kPieceRows;
  auto losses = sized_vector<double>(pieces, "sums over rows of A");
  parallel_ranges(threads, pieces, 1, [&](Index first, Index count) {
    for (Index p = first; p < first + count; ++p) {
      const Index row = p * kPieceRows;
      losses[static_cast<std::size_t>(p)] =
          loss_of_rows(A, options, scale, mean, row, std::min(kPieceRows, A.rows() - row));
    }
  });
  double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  if (A.sparse() && options.missing != Missing::zeros) {
    const double zeros = entries_of(A) - static_cast<double>(A.stored().entries());
    if (zeros > 0) loss += zeros * std::pow(mean, options.beta) / options.beta;
  }
  return loss;
}

}  // namespace nonneg
