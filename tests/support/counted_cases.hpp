/// The loss of any β with weights, as naive loops; and sparse matrices from dense ones.
#pragma once

#include <cmath>
#include <vector>

#include "support/sparse_cases.hpp"

namespace nonneg::test {

/// d_β(a, v), v > 0.
inline double divergence(double a, double v, double beta) {
  if (beta == 1) return (a > 0 ? a * std::log(a / v) : 0) - a + v;
  if (beta == 0) return a / v - std::log(a / v) - 1;
  const double a_power = a > 0 ? std::pow(a, beta) : 0;
  return (a_power + (beta - 1) * std::pow(v, beta) - beta * a * std::pow(v, beta - 1)) /
         (beta * (beta - 1));
}

/// Σ weight·d_β(a, v) over entries that are not NaN; `weights` without rows are 1.
inline double beta_loss(const Dense& A, const Dense& W, const Dense& Ht, double beta,
                        const Dense& weights = {}) {
  double sum = 0;
  for (Index i = 0; i < A.rows; ++i) {
    for (Index j = 0; j < A.cols; ++j) {
      const double weight = weights.rows > 0 ? weights(i, j) : 1;
      if (std::isnan(A(i, j)) || weight == 0) continue;
      double v = 0;
      for (Index c = 0; c < W.cols; ++c) v += W(i, c) * Ht(j, c);
      sum += weight * divergence(A(i, j), v, beta);
    }
  }
  return sum;
}

/// The entries of A for which `stored` holds.
template <class T, class Stored>
SparseMatrix to_sparse(const Dense& A, const Stored& stored) {
  std::vector<Index> rows;
  std::vector<Index> columns;
  std::vector<T> values;
  for (Index i = 0; i < A.rows; ++i) {
    for (Index j = 0; j < A.cols; ++j) {
      if (!stored(A(i, j))) continue;
      rows.push_back(i);
      columns.push_back(j);
      values.push_back(static_cast<T>(A(i, j)));
    }
  }
  return SparseMatrix::from_triplets(A.rows, A.cols, rows, columns, values);
}

}  // namespace nonneg::test
