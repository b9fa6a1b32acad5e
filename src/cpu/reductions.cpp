// SPDX-License-Identifier: Apache-2.0
#include "cpu/reductions.hpp"

#include <cmath>

namespace nonneg::cpu {

namespace {

/// Adds body(i, sum) over the rows i into `count` sums, in pieces of a fixed number of rows.
template <class Body>
std::vector<double> sum_rows(int threads, Index rows, Index count, const Body& body) {
  constexpr Index kPieces = 16;
  const Index piece_rows = (rows + kPieces - 1) / kPieces;
  std::vector<double> partial(static_cast<std::size_t>(kPieces * count), 0.0);
  parallel_ranges(threads, kPieces, 1, [&](Index first, Index size) {
    for (Index p = first; p < first + size; ++p) {
      const Index last = std::min(rows, (p + 1) * piece_rows);
      for (Index i = p * piece_rows; i < last; ++i) body(i, partial.data() + p * count);
    }
  });
  std::vector<double> total(static_cast<std::size_t>(count), 0.0);
  for (std::size_t e = 0; e < partial.size(); ++e) total[e % total.size()] += partial[e];
  return total;
}

}  // namespace

template <class T>
double inner_product(int threads, MatrixView<const T> X, MatrixView<const T> Y) {
  return sums_of_pieces<1>(threads, X.rows(),
                           [&](Index first, Index count, std::array<double, 1>& sums) {
                             for (Index i = first; i < first + count; ++i) {
                               const T* x = X.row(i);
                               const T* y = Y.row(i);
                               for (Index j = 0; j < X.cols(); ++j) {
                                 sums[0] += static_cast<double>(x[j]) * static_cast<double>(y[j]);
                               }
                             }
                           })[0];
}

template <class T>
FactorSums factor_sums(int threads, MatrixView<const T> F) {
  const auto total = sums_of_pieces<3>(threads, F.rows(),
                                       [&](Index first, Index count, std::array<double, 3>& sums) {
                                         for (Index i = first; i < first + count; ++i) {
                                           // A row's own sums first: rows then overlap, where one
                                           // chain of additions would wait for itself.
                                           std::array<double, 3> row{};
                                           const T* f = F.row(i);
                                           for (Index j = 0; j < F.cols(); ++j) {
                                             const auto value = static_cast<double>(f[j]);
                                             row[0] += value;
                                             row[1] += value * value;
                                             row[2] += std::isfinite(value) ? 0.0 : 1.0;
                                           }
                                           for (std::size_t s = 0; s < row.size(); ++s)
                                             sums[s] += row[s];
                                         }
                                       });
  return {total[0], total[1], total[2]};
}

template <class T>
std::vector<double> column_sums(int threads, MatrixView<const T> F) {
  return sum_rows(threads, F.rows(), F.cols(), [&](Index i, double* sum) {
    const T* f = F.row(i);
    for (Index c = 0; c < F.cols(); ++c) sum[c] += static_cast<double>(f[c]);
  });
}

template <class T>
std::vector<double> column_dots(int threads, MatrixView<const T> X, MatrixView<const T> Y) {
  return sum_rows(threads, X.rows(), X.cols(), [&](Index i, double* sum) {
    const T* x = X.row(i);
    const T* y = Y.row(i);
    for (Index c = 0; c < X.cols(); ++c) {
      sum[c] += static_cast<double>(x[c]) * static_cast<double>(y[c]);
    }
  });
}

template <class T>
std::vector<double> double_gram(int threads, MatrixView<const T> F) {
  const Index k = F.cols();
  return sum_rows(threads, F.rows(), k * k, [&](Index i, double* sum) {
    const T* f = F.row(i);
    for (Index c = 0; c < k; ++c) {
      const auto factor = static_cast<double>(f[c]);
      for (Index d = 0; d < k; ++d) sum[c * k + d] += factor * static_cast<double>(f[d]);
    }
  });
}

#define NONNEG_INSTANTIATE(T)                                                              \
  template double inner_product(int, MatrixView<const T>, MatrixView<const T>);            \
  template FactorSums factor_sums(int, MatrixView<const T>);                               \
  template std::vector<double> column_sums(int, MatrixView<const T>);                      \
  template std::vector<double> column_dots(int, MatrixView<const T>, MatrixView<const T>); \
  template std::vector<double> double_gram(int, MatrixView<const T>);
NONNEG_INSTANTIATE(float)
NONNEG_INSTANTIATE(double)
#undef NONNEG_INSTANTIATE

}  // namespace nonneg::cpu
