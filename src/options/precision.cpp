// SPDX-License-Identifier: Apache-2.0
#include "nonneg/precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "base/parallel.hpp"
#include "base/sized_vector.hpp"
#include "data/element_types.hpp"
#include "data/readable.hpp"
#include "data/stored_entries.hpp"
#include "options/resolve.hpp"
#include "options/units.hpp"

namespace nonneg {

namespace {

/// Whole numbers below this are numbers of float32.
constexpr double kWholeLimit = 1 << 24;

/// What entries are: the observed are those that are not NaN.
struct Look {
  /// Entries that are not whole numbers below 2^24.
  double others = 0;
  double observed = 0;
  double sum = 0;
  /// The least entry > 0.
  double least = std::numeric_limits<double>::infinity();

  void add(const Look& other) {
    others += other.others;
    observed += other.observed;
    sum += other.sum;
    least = std::min(least, other.least);
  }
};

/// Looks at count entries that lie `stride` apart, a constant where the compiler is to know it.
template <class E, class Stride>
Look look_at_run(const E* entries, Index count, Stride stride) {
  double others = 0;
  double observed = 0;
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
#pragma omp simd reduction(+ : others, observed, sum) reduction(min : least)
  for (Index j = 0; j < count; ++j) {
    const auto x = static_cast<double>(as_number(entries[j * stride]));
    constexpr double kRounding = 0x1.8p52;
    const bool is_number = x == x;
    const bool whole = (x + kRounding) - kRounding == x && std::abs(x) < kWholeLimit;
    others += is_number && !whole ? 1.0 : 0.0;
    observed += is_number ? 1.0 : 0.0;
    sum += is_number ? x : 0.0;
    least = x > 0 && x < least ? x : least;
  }
  return {others, observed, sum, least};
}

template <class E>
Look look_at_rows(const DataView& rows) {
  const auto* entries = static_cast<const E*>(rows.data());
  // Along the direction in which entries are neighbours.
  const bool by_columns = rows.row_stride() == 1 && rows.col_stride() != 1;
  const Index runs = by_columns ? rows.cols() : rows.rows();
  const Index count = by_columns ? rows.rows() : rows.cols();
  const Index apart = by_columns ? rows.col_stride() : rows.row_stride();
  const Index stride = by_columns ? 1 : rows.col_stride();
  Look look;
  for (Index r = 0; r < runs; ++r) {
    const E* run = entries + r * apart;
    look.add(stride == 1 ? look_at_run(run, count, std::integral_constant<Index, 1>{})
                         : look_at_run(run, count, stride));
  }
  return look;
}

/// Looks at A's entries, of sparse data at the stored ones, and no further than at the first pieces
/// in which there are others, where that is asked for.
Look look_at(const DataView& A, bool stop_at_others, int threads) {
  constexpr Index kPieceEntries = 1 << 18;
  const Index piece_rows =
      A.sparse() ? 1 : std::max<Index>(1, kPieceEntries / std::max<Index>(1, A.cols()));
  const Index pieces = A.sparse() ? (A.stored().entries() + kPieceEntries - 1) / kPieceEntries
                                  : (A.rows() + piece_rows - 1) / piece_rows;
  const auto piece_of = [&](Index p) {
    if (A.sparse()) {
      const Index first = p * kPieceEntries;
      return stored_entries(A.stored(), first,
                            std::min(kPieceEntries, A.stored().entries() - first));
    }
    const Index row = p * piece_rows;
    return A.row_block(row, std::min(piece_rows, A.rows() - row));
  };
  auto looks = sized_vector<Look>(pieces, "looks at A");
  std::atomic<bool> stop{false};
  parallel_ranges(threads, pieces, 1, [&](Index first, Index count) {
    for (Index p = first; p < first + count && !stop; ++p) {
      Look& look = looks[static_cast<std::size_t>(p)];
      const DataView piece = piece_of(p);
      look = with_element_type(piece.type(),
                               [&]<class E>(const E*) { return look_at_rows<E>(piece); });
      if (stop_at_others && look.others > 0) stop = true;
    }
  });
  Look total;
  for (const Look& look : looks) total.add(look);
  return total;
}

/// Whether an entry counts that a model in float32 does not reach: d_β of it from the least that
/// one is told from 0 by is not small beside a typical entry's, mean^β.
bool small_entries_count(double beta) {
  constexpr double kSmall = 1e-3;
  return beta <= 0 || (beta < 1 && std::pow(least_part<float>(beta), beta) / beta > kSmall);
}

}  // namespace

PrecisionChoice choose_precision(const DataView& A, const Options& options) {
  require_readable(Subject::A, A);
  if (options.precision != Precision::automatic) return {options.precision, {}};
  const double beta = beta_of(options);
  const bool wide = !fits_float32(A.type());
  const bool deep = small_entries_count(beta);
  const Precision by_type = resolve(options.precision, A.type());
  if (A.empty() || (!wide && !deep)) return {by_type, {}};

  const Look look = look_at(A, wide, sweep_threads(A.rows(), A.cols(), 1, options.threads));
  if (wide && look.others > 0) {
    return {Precision::float64, by_type == Precision::float64
                                    ? std::string()
                                    : "A has integers of 2^24 and more, which float32 rounds"};
  }
  const bool zeros = A.sparse() && options.missing != Missing::zeros;
  const double entries =
      zeros ? static_cast<double>(A.rows()) * static_cast<double>(A.cols()) : look.observed;
  const double mean = look.sum / entries;
  if (deep && look.least < least_part<float>(beta) * mean) {
    return {Precision::float64,
            fmt::format("float32 does not tell A's least entry, {:.1e}, from 0 beside a mean of "
                        "{:.1e} with beta = {:g}",
                        look.least, mean, beta)};
  }
  return {Precision::float32, by_type == Precision::float32
                                  ? std::string()
                                  : "A's entries are whole numbers below 2^24"};
}

}  // namespace nonneg
