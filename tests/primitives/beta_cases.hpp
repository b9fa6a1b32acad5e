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

/// Small, as the emulated device runs them too, and one of more components than a warp's registers
/// hold.
inline std::vector<Shape> beta_shapes() {
  return {{1, 1, 1, 0},    {1, 7, 3, 2},    {9, 1, 2, 1}, {37, 43, 10, 5},
          {37, 43, 33, 1}, {20, 7, 130, 0}, {0, 5, 3, 1}, {5, 0, 3, 1}};
}

/// Sum of the magnitudes that cancel in a divergence.
inline double divergence_magnitude(double a, double v, double beta) {
  if (beta == 1) return (a > 0 ? a * (1 + std::abs(std::log(a / v))) : 0) + a + v;
  if (beta == 0) return a / v + std::abs(std::log(a / v)) + 2;
  const double logs = std::abs(std::log(v)) + (a > 0 ? std::abs(std::log(a)) : 0);
  return (1 + std::abs(beta) * logs) *
         (std::pow(a, beta) + std::abs(beta - 1) * std::pow(v, beta) +
          std::abs(beta) * a * std::pow(v, beta - 1)) /
         std::abs(beta * (beta - 1));
}

/// Relative error of weight·a·v^(β−2) and weight·v^(β−1): a few roundings, and the logarithm's
/// times the exponent where the power is exp(p·log v), each function within 4 roundings.
template <class T>
double quotient_tolerance(double v, double beta) {
  return (16 + 8 * std::abs(beta - 1) * std::abs(std::log(v))) * kUnitRoundoff<T>;
}

/// What k products, each rounded, make of the v of a quotient or divergence, and the powers of it.
template <class T>
double model_tolerance(Index k, double beta) {
  return (4 + std::abs(beta - 2)) * gamma<T>(k + 2) + 32 * kUnitRoundoff<T>;
}

}  // namespace nonneg::test
