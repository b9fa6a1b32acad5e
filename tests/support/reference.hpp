// SPDX-License-Identifier: Apache-2.0
/// The formulas once more, as naive loops in double: what every backend and the solver are held to.
/// Nothing here is shared with the library but the option structures.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backend/backend.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/options.hpp"

namespace nonneg::test {

/// A row-major matrix of doubles that copies like a value.
struct Dense {
  Index rows = 0;
  Index cols = 0;
  std::vector<double> entries;

  Dense() = default;
  Dense(Index rows_in, Index cols_in, double value = 0)
      : rows(rows_in), cols(cols_in), entries(static_cast<std::size_t>(rows * cols), value) {}

  double& operator()(Index i, Index j) { return entries[static_cast<std::size_t>(i * cols + j)]; }
  double operator()(Index i, Index j) const {
    return entries[static_cast<std::size_t>(i * cols + j)];
  }
};

template <class T>
Dense to_dense(MatrixView<const T> X) {
  Dense result(X.rows(), X.cols());
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index j = 0; j < X.cols(); ++j) result(i, j) = static_cast<double>(X(i, j));
  }
  return result;
}

template <class T>
Dense to_dense(const Matrix<T>& X) {
  return to_dense<T>(X.view());
}

/// The entries rounded to T, on the host.
template <class T>
Matrix<T> to_matrix(const Dense& X) {
  Matrix<T> result(X.rows, X.cols);
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.cols; ++j) result(i, j) = static_cast<T>(X(i, j));
  }
  return result;
}

/// The entries as T would hold them.
template <class T>
Dense rounded(const Dense& X) {
  return to_dense<T>(to_matrix<T>(X));
}

inline Dense transpose(const Dense& X) {
  Dense result(X.cols, X.rows);
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.cols; ++j) result(j, i) = X(i, j);
  }
  return result;
}

inline Dense scaled(const Dense& X, double factor) {
  Dense result = X;
  for (double& entry : result.entries) entry *= factor;
  return result;
}

inline Dense absolute(const Dense& X) {
  Dense result = X;
  for (double& entry : result.entries) entry = std::abs(entry);
  return result;
}

/// A·B.
inline Dense product(const Dense& A, const Dense& B) {
  Dense C(A.rows, B.cols);
  for (Index i = 0; i < A.rows; ++i) {
    for (Index l = 0; l < A.cols; ++l) {
      for (Index j = 0; j < B.cols; ++j) C(i, j) += A(i, l) * B(l, j);
    }
  }
  return C;
}

/// Aᵀ·B.
inline Dense transposed_product(const Dense& A, const Dense& B) { return product(transpose(A), B); }

/// FᵀF.
inline Dense gram(const Dense& F) { return transposed_product(F, F); }

/// Σ x².
inline double squared_norm(const Dense& X) {
  double sum = 0;
  for (const double entry : X.entries) sum += entry * entry;
  return sum;
}

inline double entry_sum(const Dense& X) {
  double sum = 0;
  for (const double entry : X.entries) sum += entry;
  return sum;
}

inline double largest(const Dense& X) {
  double result = 0;
  for (const double entry : X.entries) result = std::max(result, std::abs(entry));
  return result;
}

/// ‖X − Y‖².
inline double squared_distance(const Dense& X, const Dense& Y) {
  double sum = 0;
  for (std::size_t e = 0; e < X.entries.size(); ++e) {
    const double difference = X.entries[e] - Y.entries[e];
    sum += difference * difference;
  }
  return sum;
}

/// ‖X − Y‖ / ‖Y‖.
inline double relative_distance(const Dense& X, const Dense& Y) {
  return std::sqrt(squared_distance(X, Y) / squared_norm(Y));
}

/// The distance of column c of X from that of Y, both at unit norm.
inline double column_move(const Dense& X, const Dense& Y, Index c) {
  const Dense products = transposed_product(X, Y);
  const double norms = std::sqrt(gram(X)(c, c) * gram(Y)(c, c));
  return std::sqrt(std::max(2 - 2 * products(c, c) / norms, 0.0));
}

/// W·Htᵀ.
inline Dense model(const Dense& W, const Dense& Ht) { return product(W, transpose(Ht)); }

/// ‖A − W·Htᵀ‖².
inline double squared_residual(const Dense& A, const Dense& W, const Dense& Ht) {
  return squared_distance(A, model(W, Ht));
}

/// ½‖A − W·Htᵀ‖² + l1_w·ΣW + ½·l2_w·ΣW² + l1_h·ΣH + ½·l2_h·ΣH².
inline double objective(const Dense& A, const Dense& W, const Dense& Ht, const Penalties& p) {
  return 0.5 * squared_residual(A, W, Ht) + p.l1_w * entry_sum(W) + 0.5 * p.l2_w * squared_norm(W) +
         p.l1_h * entry_sum(Ht) + 0.5 * p.l2_h * squared_norm(Ht);
}

/// One pass of the multiplicative update over row i; its squared change.
inline double multiplicative_pass(Dense& F, const Dense& P, const Dense& G,
                                  const RowUpdate<double>& update, Index i) {
  std::vector<double> next(static_cast<std::size_t>(F.cols));
  for (Index j = 0; j < F.cols; ++j) {
    double denominator = update.l1 + update.l2 * F(i, j);
    for (Index l = 0; l < F.cols; ++l) denominator += F(i, l) * G(l, j);
    const double moved = F(i, j) * P(i, j) / denominator;
    next[static_cast<std::size_t>(j)] =
        denominator == 0 ? F(i, j) : (moved < update.floor ? update.floor : moved);
  }
  double change = 0;
  for (Index j = 0; j < F.cols; ++j) {
    const double step = next[static_cast<std::size_t>(j)] - F(i, j);
    change += step * step;
    F(i, j) = next[static_cast<std::size_t>(j)];
  }
  return change;
}

/// One pass of HALS over row i, component by component; its squared change.
inline double hals_pass(Dense& F, const Dense& P, const Dense& G, const RowUpdate<double>& update,
                        Index i) {
  double change = 0;
  for (Index j = 0; j < F.cols; ++j) {
    const double curvature = G(j, j) + update.l2;
    if (curvature == 0) continue;
    double gradient = update.l1 + update.l2 * F(i, j) - P(i, j);
    for (Index l = 0; l < F.cols; ++l) gradient += F(i, l) * G(l, j);
    const double moved = F(i, j) - gradient / curvature;
    const double value = moved < update.floor ? update.floor : moved;
    change += (value - F(i, j)) * (value - F(i, j));
    F(i, j) = value;
  }
  return change;
}

/// The minimiser of row i over f >= floor, where G is positive definite: HALS passes lead to it,
/// and are repeated until they no longer move the row.
inline void minimize_row(Dense& F, const Dense& P, const Dense& G, const RowUpdate<double>& update,
                         Index i) {
  constexpr int kMaxPasses = 5000;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    double size = 0;
    const double change = hals_pass(F, P, G, update, i);
    for (Index j = 0; j < F.cols; ++j) size += F(i, j) * F(i, j);
    if (change <= 1e-31 * size) return;
  }
}

/// Passes until the squared change of one falls below repeat_tolerance times the first one's, or
/// times the row's own squared norm.
/// Returns the passes that row i took.
inline Index update_row(Algorithm algorithm, Dense& F, const Dense& P, const Dense& G,
                        const RowUpdate<double>& update, Index i) {
  if (algorithm == Algorithm::anls) {
    minimize_row(F, P, G, update, i);
    return 1;
  }
  double first = 0;
  for (Index pass = 1; pass <= update.repeats; ++pass) {
    const double change = algorithm == Algorithm::mu ? multiplicative_pass(F, P, G, update, i)
                                                     : hals_pass(F, P, G, update, i);
    if (update.until_settled) {
      double norm = 0;
      for (Index j = 0; j < F.cols; ++j) norm += F(i, j) * F(i, j);
      if (!still_moves(change, norm, update.repeat_tolerance)) return pass;
    } else if (pass == 1) {
      first = change;
    } else if (change < update.repeat_tolerance * first) {
      return pass;
    }
  }
  return update.repeats;
}

/// F as Backend::multiplicative_update, hals_update or anls_update leaves it.
inline Dense updated_rows(Algorithm algorithm, Dense F, const Dense& P, const Dense& G,
                          const RowUpdate<double>& update) {
  for (Index i = 0; i < F.rows; ++i) update_row(algorithm, F, P, G, update, i);
  return F;
}

struct Factors {
  Dense W;
  Dense Ht;
};

/// One iteration as the article writes it: the whole of W from the old H, or from `point` in its
/// place, then the whole of H from the new W, each from products over all of A. `floor` is in the
/// factors' own units.
inline void sweep(Algorithm algorithm, const Dense& A, Factors& factors, const Penalties& penalties,
                  double floor, Index repeats = 1, double repeat_tolerance = 0,
                  const Dense* point = nullptr) {
  const Dense& Ht = point != nullptr ? *point : factors.Ht;
  const RowUpdate<double> w_update{penalties.l1_w, penalties.l2_w, floor, repeats,
                                   repeat_tolerance};
  const RowUpdate<double> h_update{penalties.l1_h, penalties.l2_h, floor, repeats,
                                   repeat_tolerance};
  factors.W = updated_rows(algorithm, factors.W, product(A, Ht), gram(Ht), w_update);
  factors.Ht = updated_rows(algorithm, factors.Ht, transposed_product(A, factors.W),
                            gram(factors.W), h_update);
}

/// Sweeps from points to which H is carried on along its last step; one that raises the objective
/// is undone, and the next is a plain one (Ang & Gillis, Neural Computation 31(2), 2019). The step
/// is free of the scales: H before it is brought to the norms of H's components now.
struct Extrapolated {
  Factors factors;
  Dense point = factors.Ht;
  /// By how much of its last step H is carried on, now and next, and what the next may grow to.
  double beta = 0;
  double next = 0.5;
  double most = 1;
  double least_objective = std::numeric_limits<double>::infinity();
  Index undone = 0;

  /// sweep_once(factors, point) is a sweep that updates W from `point`.
  template <class Sweep>
  void sweep(const Dense& A, const Penalties& penalties, double floor, const Sweep& sweep_once) {
    const Factors before = factors;
    sweep_once(factors, point);
    const double reached = objective(A, factors.W, factors.Ht, penalties);
    if (beta > 0 && reached > least_objective) {
      factors = before;
      ++undone;
      beta = 0;
      most = next;
      next /= 1.5;
    } else {
      least_objective = std::min(least_objective, reached);
      beta = next;
      next = std::min(1.05 * next, most);
      most = std::min(1.01 * most, 1.0);
    }
    point = factors.Ht;
    const Dense now = gram(factors.Ht);
    const Dense then = gram(before.Ht);
    for (Index c = 0; c < point.cols; ++c) {
      const bool usable = now(c, c) > 0 && then(c, c) > 0;
      const double scale = usable ? std::sqrt(now(c, c) / then(c, c)) : 1;
      for (Index j = 0; j < point.rows; ++j) {
        const double step = factors.Ht(j, c) - scale * before.Ht(j, c);
        point(j, c) = std::max(factors.Ht(j, c) + beta * step, floor);
      }
    }
  }
};

}  // namespace nonneg::test
