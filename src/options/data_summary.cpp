// SPDX-License-Identifier: Apache-2.0
#include "options/data_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/number_words.hpp"
#include "base/parallel.hpp"
#include "base/sized_vector.hpp"
#include "data/element_types.hpp"
#include "options/loss_mode.hpp"
#include "options/units.hpp"
#include "options/weighted_summary.hpp"

namespace nonneg {

namespace {

/// Rows per piece of the sums; pieces are added in order, whatever the threads.
constexpr Index kPieceRows = 16;

struct PieceSums {
  double sum = 0;
  double sum_of_squares = 0;
  double max = 0;
  /// First entry of the piece that cannot be used, or -1.
  Index bad_row = -1;
};

/// Sums of one run of entries, in four lanes. `ok` is lost where an entry is not >= 0 or is
/// infinite.
template <class E>
void add_run(const E* entries, Index count, Index stride, double scale, PieceSums& sums, bool& ok) {
  constexpr std::size_t kLanes = 4;
  std::array<double, kLanes> sum{};
  std::array<double, kLanes> squares{};
  std::array<double, kLanes> max{};
  const auto add = [&](std::size_t lane, E entry) {
    const double value = static_cast<double>(as_number(entry)) * scale;
    sum[lane] += value;
    squares[lane] += value * value;
    max[lane] = value > max[lane] ? value : max[lane];
    ok = ok && value >= 0 && value <= std::numeric_limits<double>::max();
  };
  Index j = 0;
  for (; j + static_cast<Index>(kLanes) <= count; j += static_cast<Index>(kLanes)) {
    for (std::size_t l = 0; l < kLanes; ++l) add(l, entries[(j + static_cast<Index>(l)) * stride]);
  }
  for (; j < count; ++j) add(0, entries[j * stride]);
  for (std::size_t l = 0; l < kLanes; ++l) {
    sums.sum += sum[l];
    sums.sum_of_squares += squares[l];
    sums.max = std::max(sums.max, max[l]);
  }
}

template <class E>
PieceSums sum_piece(const DataView& piece, double scale) {
  const auto* entries = static_cast<const E*>(piece.data());
  PieceSums total;
  if (piece.col_stride() == 1 || piece.row_stride() != 1) {
    for (Index i = 0; i < piece.rows(); ++i) {
      bool ok = true;
      add_run(entries + i * piece.row_stride(), piece.cols(), piece.col_stride(), scale, total, ok);
      if (!ok && total.bad_row < 0) total.bad_row = i;
    }
    return total;
  }
  // Column-major: runs of the piece's rows; the offending row is looked for only if there is one.
  bool ok = true;
  for (Index j = 0; j < piece.cols(); ++j) {
    add_run(entries + j * piece.col_stride(), piece.rows(), 1, scale, total, ok);
  }
  if (!ok) total.bad_row = 0;
  return total;
}

std::vector<PieceSums> sum_pieces(const DataView& A, double scale, int threads) {
  const Index pieces = (A.rows() + kPieceRows - 1) / kPieceRows;
  auto sums = sized_vector<PieceSums>(pieces, "sums over rows of A");
  parallel_ranges(threads, pieces, 1, [&](Index first, Index count) {
    for (Index p = first; p < first + count; ++p) {
      const Index row = p * kPieceRows;
      const DataView piece = A.row_block(row, std::min(kPieceRows, A.rows() - row));
      sums[static_cast<std::size_t>(p)] = with_element_type(
          piece.type(), [&]<class E>(const E*) { return sum_piece<E>(piece, scale); });
    }
  });
  return sums;
}

/// The first entry at or after `row`, in row order, for which `wanted` holds.
struct Entry {
  Index row = -1;
  Index column = -1;
  double value = 0;
};

template <class Wanted>
Entry find_entry(const DataView& A, Index row, const Wanted& wanted) {
  return with_element_type(A.type(), [&]<class E>(const E*) {
    const auto* entries = static_cast<const E*>(A.data());
    for (Index i = row; i < A.rows(); ++i) {
      for (Index j = 0; j < A.cols(); ++j) {
        const auto value =
            static_cast<double>(as_number(entries[i * A.row_stride() + j * A.col_stride()]));
        if (wanted(value)) return Entry{i, j, value};
      }
    }
    return Entry{};
  });
}

[[noreturn]] void refuse_entry(const DataView& A, Index row) {
  const Entry entry =
      find_entry(A, row, [](double value) { return !(value >= 0) || std::isinf(value); });
  if (entry.value < 0) {
    // As short as its own type allows: -0.1, not -0.10000000149011612.
    const std::string value = A.type() == ElementType::float32
                                  ? fmt::format("{}", static_cast<float>(entry.value))
                                  : fmt::format("{}", entry.value);
    throw InvalidArgument(
        Subject::A,
        fmt::format("entry ({}, {}) of A is {}: every entry must be >= 0; shift or clip A first",
                    entry.row, entry.column, value));
  }
  throw InvalidArgument(
      Subject::A,
      fmt::format("entry ({}, {}) of A is {}: every entry must be a finite number; {}", entry.row,
                  entry.column, number_words(entry.value),
                  std::isnan(entry.value)
                      ? "replace such entries, or let missing = nan take them for missing ones"
                      : "replace such entries first"));
}

/// The loss would leave float64 when it is told in A's own units.
[[noreturn]] void refuse_size(const DataView& A, const WeightedSums& totals, double beta) {
  const std::string which_sum =
      beta == kFrobenius ? std::string("squares") : fmt::format("entries to the power {:g}", beta);
  // Weights are to blame where they are the larger part of the sum's terms.
  constexpr double kLargeWeight = 0x1p200;
  if (totals.max_weight > std::max(kLargeWeight, std::pow(totals.max, beta))) {
    throw InvalidArgument(
        Subject::weights,
        fmt::format("the weights of A are up to {}: the sum of A's {} times them overflows "
                    "float64; divide the "
                    "weights by {} first",
                    totals.max_weight, which_sum, std::ldexp(1.0, std::ilogb(totals.max_weight))));
  }
  if (beta < 0) {
    throw InvalidArgument(
        Subject::A,
        fmt::format(
            "A has entries so small that the sum of its {} overflows float64; multiply A by "
            "a large number first",
            which_sum));
  }
  const Entry largest = A.sparse() || A.weights() != nullptr
                            ? Entry{}
                            : find_entry(A, 0, [&](double value) { return value == totals.max; });
  const std::string which = largest.row < 0
                                ? std::string("an entry")
                                : fmt::format("entry ({}, {})", largest.row, largest.column);
  throw InvalidArgument(
      Subject::A,
      fmt::format("{} of A is {}: the sum of A's {} overflows float64; divide A by {} first", which,
                  totals.max, which_sum, std::ldexp(1.0, std::ilogb(totals.max))));
}

/// What plain data is read for: every entry counts 1, and the loss is the Frobenius one.
WeightedSums plain_sums(const DataView& A, double scale, int threads) {
  WeightedSums totals;
  totals.weight = static_cast<double>(A.rows()) * static_cast<double>(A.cols());
  Index row = 0;
  for (const PieceSums& piece : sum_pieces(A, scale, threads)) {
    if (piece.bad_row >= 0) refuse_entry(A, row + piece.bad_row);
    totals.sum += piece.sum;
    totals.sum_of_squares += piece.sum_of_squares;
    totals.power_sum += piece.sum_of_squares;
    totals.max = std::max(totals.max, piece.max);
    row += kPieceRows;
  }
  return totals;
}

/// A power of 4, so that the factors' share of it is a power of 2 as well, that brings a number of
/// this size near 1; at most 2^1022, which is enough for the smallest subnormal.
double scale_to_one(double value) {
  return std::ldexp(1.0, std::min(1022, -(std::ilogb(value) / 2) * 2));
}

/// Data whose largest entry lies between 2^-range and 2^range needs no scaling: products of the
/// sweep then keep far from the ends of the compute type.
int comfortable_exponent(Precision compute_type) {
  return compute_type == Precision::float64 ? 200 : 24;
}

/// The power of 4 that data of these sums is computed with. Where the largest entry is comfortable,
/// it is 1, but where the powers of β < 2 ask for a mean near 1.
double data_scale(const WeightedSums& totals, const Options& options) {
  if (!(totals.max > 0)) return 1;
  const bool wide = options.precision == Precision::float64;
  const int range = comfortable_exponent(options.precision);
  const double mean = totals.sum / totals.weight;
  const auto fits = [&](double scale) {
    return wide ? powers_fit<double>(scale * mean, options.beta)
                : powers_fit<float>(scale * mean, options.beta);
  };
  const double scale = std::abs(std::ilogb(totals.max)) > range ? scale_to_one(totals.max) : 1.0;
  return fits(scale) ? scale : scale_to_one(mean);
}

/// What the loss of a run is relative to.
double reference_loss(const DataView& A, const Options& options, double scale,
                      const WeightedSums& totals, int threads) {
  if (options.beta == kFrobenius) return 0.5 * totals.sum_of_squares;
  const double mean = totals.sum / totals.weight;
  if (!(mean > 0)) return 0;
  const double of_mean = constant_model_loss(A, options, scale, totals, threads);
  // What is left of a model that is off by a part t of each entry is t² times this.
  const double of_entries = 0.5 * totals.weight * std::pow(mean, options.beta);
  const double rounding = 16 * (options.precision == Precision::float64
                                    ? std::numeric_limits<double>::epsilon()
                                    : static_cast<double>(std::numeric_limits<float>::epsilon()));
  return of_mean > rounding * rounding * of_entries ? of_mean : of_entries;
}

/// A power of 2 that brings the largest weight to about 1 where it is uncomfortable. Throws
/// InvalidArgument where the compute type then has no digits of the smallest line's weights.
double scale_of_weights(const WeightedSums& totals, Precision compute_type) {
  const int exponent = std::ilogb(totals.max_weight);
  const int range = comfortable_exponent(compute_type);
  const bool wide = compute_type == Precision::float64;
  const int most_apart = wide ? 900 : 100;
  const WeighedLine& least = totals.least_line;
  if (std::ilogb(least.weight) < exponent - most_apart) {
    throw InvalidArgument(
        Subject::weights,
        fmt::format("the weights of {} {} of A are at most {:g}, beside a largest weight of {:g}: "
                    "{} does not "
                    "hold both; {}weights of 0 where entries are to count for nothing",
                    least.is_row ? "row" : "column", least.index, least.weight, totals.max_weight,
                    wide ? "float64" : "float32", wide ? "use " : "use precision = float64, or "));
  }
  if (exponent <= range && exponent >= -range) return 1;
  return std::ldexp(1.0, std::min(1022, -exponent));
}

}  // namespace

DataView with_weights_scaled(const DataView& A, double scale) {
  return scale == 1 ? A : A.weighted_by(*A.weights(), A.weight_scale() * scale);
}

DataSummary summarize(const DataView& A, const Options& options, int threads) {
  if (A.empty()) {
    throw InvalidArgument(Subject::A,
                          fmt::format("A is {} x {}: it must have at least one row and one column",
                                      A.rows(), A.cols()));
  }
  const bool plain = !A.sparse() && LossMode(options, A).gram_rules_serve;
  const auto sums_of = [&](const DataView& data, double scale) {
    return plain ? plain_sums(data, scale, threads) : weighted_sums(data, options, scale, threads);
  };
  WeightedSums totals = sums_of(A, 1);
  DataSummary summary;
  if (!std::isfinite(totals.power_sum)) refuse_size(A, totals, options.beta);
  summary.scale = data_scale(totals, options);
  if (A.weights() != nullptr) summary.weight_scale = scale_of_weights(totals, options.precision);
  const DataView weighed = with_weights_scaled(A, summary.weight_scale);
  if (summary.scale != 1 || summary.weight_scale != 1) totals = sums_of(weighed, summary.scale);
  summary.weight = totals.weight;
  summary.scaled_mean = totals.sum / totals.weight;
  summary.scaled_sum_of_squares = totals.sum_of_squares;
  summary.scaled_power_sum = power_sum(totals, options.beta);
  summary.scaled_reference_loss = reference_loss(weighed, options, summary.scale, totals, threads);
  summary.unobserved_rows = std::move(totals.unobserved_rows);
  summary.unobserved_columns = std::move(totals.unobserved_columns);
  return summary;
}

}  // namespace nonneg
