// SPDX-License-Identifier: Apache-2.0
/// The loss of any β with weights, as naive loops; and sparse matrices from dense ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/sparse_cases.hpp"
#include "support/tolerance.hpp"

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

/// Calls body(a, v) for every entry of A and of the model.
template <class Body>
void for_each_entry(const Dense& A, const Dense& W, const Dense& Ht, const Body& body) {
  const Dense V = model(W, Ht);
  for (std::size_t e = 0; e < A.entries.size(); ++e) body(A.entries[e], V.entries[e]);
}

/// The terms that d_β(a, v) is the sum of, by magnitude: its rounding errors are shares of them.
inline double divergence_magnitude(double a, double v, double beta) {
  if (beta == 1) return (a > 0 ? a * std::abs(std::log(a / v)) : 0) + a + v;
  if (beta == 0) return a / v + std::abs(std::log(a / v)) + 1;
  const double a_power = a > 0 ? std::pow(a, beta) : 0;
  return (a_power + std::abs(beta - 1) * std::pow(v, beta) +
          std::abs(beta) * a * std::pow(v, beta - 1)) /
         std::abs(beta * (beta - 1));
}

/// What an entry of W·H errs by where sums over the rank and over a row or a column went into it,
/// as a share of it: √(rank + length) roundings at random, 16 for what an entry takes besides.
template <class T>
double model_rounding(const Dense& W, const Dense& Ht) {
  const Index length = W.cols + std::max(W.rows, Ht.rows);
  return 16 * std::sqrt(static_cast<double>(length)) * kUnitRoundoff<T>;
}

/// How far a loss that was added up in T may lie from beta_loss().
template <class T>
double loss_rounding(const Dense& A, const Dense& W, const Dense& Ht, double beta) {
  double magnitude = 0;
  for_each_entry(A, W, Ht,
                 [&](double a, double v) { magnitude += divergence_magnitude(a, v, beta); });
  return model_rounding<T>(W, Ht) * magnitude;
}

/// What one sweep's rounding may add to a loss: v·|d'(v)| = |v^β − a·v^(β−1)| per share that an
/// entry of W·H errs by, and half of v²·d''(v) per square of it.
template <class T>
double rise_allowed(const Dense& A, const Dense& W, const Dense& Ht, double beta) {
  double first = 0;
  double second = 0;
  for_each_entry(A, W, Ht, [&](double a, double v) {
    const double of_model = v > 0 ? std::pow(v, beta) : 0;
    const double of_data = v > 0 ? a * std::pow(v, beta - 1) : 0;
    first += std::abs(of_model - of_data);
    second += std::abs(beta - 1) * of_model + std::abs(beta - 2) * of_data;
  });
  const double error = model_rounding<T>(W, Ht);
  return error * first + error * error * second;
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
