// SPDX-License-Identifier: Apache-2.0
/// The β and sizes that primitives of the β-divergence are tested with, and their tolerances.
#pragma once

#include <cmath>
#include <vector>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/counted_cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {

/// Those with cheap powers, and one below, between and above them.
inline std::vector<double> betas() { return {-0.5, 0, 0.5, 1, 1.5, 2, 2.5}; }

/// Small, as the emulated device runs them too; one of more components than a warp's registers
/// hold, and one of more columns than a tile has.
inline std::vector<Shape> beta_shapes() {
  return {{1, 1, 1, 0},    {1, 7, 3, 2},     {9, 1, 2, 1}, {37, 43, 10, 5}, {37, 43, 33, 1},
          {20, 7, 130, 0}, {33, 150, 20, 1}, {0, 5, 3, 1}, {5, 0, 3, 1}};
}

/// q = weight·a·v^(β−2) and d = weight·v^(β−1), 0 where A is NaN.
struct Quotients {
  Dense numerators;
  Dense denominators;
};

inline Quotients quotients_of(const Dense& A, const Dense* weights, const Dense& V, double beta) {
  Quotients result{Dense(A.rows, A.cols), Dense(A.rows, A.cols)};
  for (Index i = 0; i < A.rows; ++i) {
    for (Index j = 0; j < A.cols; ++j) {
      if (std::isnan(A(i, j))) continue;
      const double weight = weights == nullptr ? 1 : (*weights)(i, j);
      result.numerators(i, j) = weight * A(i, j) * std::pow(V(i, j), beta - 2);
      result.denominators(i, j) = weight * std::pow(V(i, j), beta - 1);
    }
  }
  return result;
}

/// What k products, each rounded, make of the v of a quotient or divergence, and the powers of it.
template <class T>
double model_tolerance(Index k, double beta) {
  return (4 + std::abs(beta - 2)) * gamma<T>(k + 2) + 32 * kUnitRoundoff<T>;
}

}  // namespace nonneg::test
