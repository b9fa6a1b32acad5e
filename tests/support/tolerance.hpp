// SPDX-License-Identifier: Apache-2.0
/// Tolerances from the arithmetic. Notation and bounds: N. J. Higham, "Accuracy and Stability of
/// Numerical Algorithms", 2nd ed., chapter 3.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/reference.hpp"

namespace nonneg::test {

/// u: half the distance from 1 to the next number of T.
template <class T>
inline constexpr double kUnitRoundoff = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;

/// γ_n = n·u / (1 − n·u): the relative error that n roundings add up to at worst.
template <class T>
constexpr double gamma(Index n) {
  const double nu = static_cast<double>(n) * kUnitRoundoff<T>;
  return nu / (1 - nu);
}

/// Bound on one entry of a product with `inner` terms, in any order of summation, with or without
/// FMA: γ_inner · Σ|a||b|. `magnitude` is Σ|a||b|. The reference errs in the same way in double,
/// and an accumulation adds one rounding, hence inner + 2 and the second term; the last one is what
/// results flushed to zero may lose.
template <class T>
double product_tolerance(Index inner, double magnitude) {
  return (gamma<T>(inner + 2) + gamma<double>(inner + 2)) * magnitude +
         static_cast<double>(inner + 2) * static_cast<double>(std::numeric_limits<T>::min());
}

/// Bound on an entry of a multiplicative update, as a fraction of the entry: all terms are >= 0, so
/// each of `passes` passes adds γ_(k + 6) of the denominator (k products, l1, l2, the quotient, the
/// factor) and carries the error before it on with a factor of at most 2 (numerator and
/// denominator), which the typical case stays far below.
template <class T>
double multiplicative_tolerance(Index k, Index passes) {
  return 2 * static_cast<double>(passes) * gamma<T>(k + 6);
}

/// Bound on the entries of a row after HALS passes: each step computes (P_j − F·G_j − …)/(G_jj +
/// l2) with an error of γ_(k + 6) times the magnitudes that it subtracts, and a pass of
/// Gauss-Seidel does not enlarge the row's error in the norm of G. `magnitude` is the largest
/// (|P_j| + (|F||G|)_j + l1 + l2·|f_j|) / (G_jj + l2) of the row, times √k for the norm.
template <class T>
double hals_tolerance(Index k, Index passes, double magnitude) {
  return 2 * static_cast<double>(passes) * std::sqrt(static_cast<double>(k)) * gamma<T>(k + 6) *
         magnitude;
}

/// How far the product of one run may lie from another's that rounds differently, as ‖ΔWH‖/‖WH‖
/// after `sweeps` sweeps: products over `inner` terms err by √inner·u at random, and each sweep
/// adds its own. 32 leaves room for the condition of the Gram matrices of small planted cases.
template <class T>
double sweep_tolerance(Index inner, Index sweeps) {
  return 32 * static_cast<double>(sweeps) * std::sqrt(static_cast<double>(inner)) *
         kUnitRoundoff<T>;
}

/// Every entry of `actual` within tolerance(i, j) of `expected`; NaN equals NaN.
template <class Tolerance>
::testing::AssertionResult entries_near(const Dense& actual, const Dense& expected,
                                        const Tolerance& tolerance) {
  if (actual.rows != expected.rows || actual.cols != expected.cols) {
    return ::testing::AssertionFailure()
           << "shape " << actual.rows << " x " << actual.cols << ", expected " << expected.rows
           << " x " << expected.cols;
  }
  for (Index i = 0; i < actual.rows; ++i) {
    for (Index j = 0; j < actual.cols; ++j) {
      const double a = actual(i, j);
      const double e = expected(i, j);
      if (a == e || (std::isnan(a) && std::isnan(e))) continue;
      const double allowed = tolerance(i, j);
      if (!(std::abs(a - e) <= allowed)) {
        return ::testing::AssertionFailure()
               << "entry (" << i << ", " << j << ") is " << ::testing::PrintToString(a)
               << ", expected " << ::testing::PrintToString(e) << ": off by " << std::abs(a - e)
               << ", allowed " << allowed;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

/// Every entry the same number (NaN equals NaN).
inline ::testing::AssertionResult entries_equal(const Dense& actual, const Dense& expected) {
  return entries_near(actual, expected, [](Index, Index) { return 0.0; });
}

/// Every entry within `fraction` of its expected magnitude.
inline ::testing::AssertionResult entries_close(const Dense& actual, const Dense& expected,
                                                double fraction) {
  return entries_near(actual, expected,
                      [&](Index i, Index j) { return fraction * std::abs(expected(i, j)); });
}

inline bool all_finite(const Dense& X) {
  return std::all_of(X.entries.begin(), X.entries.end(), [](double x) { return std::isfinite(x); });
}

inline double smallest_entry(const Dense& X) {
  double result = std::numeric_limits<double>::infinity();
  for (const double entry : X.entries) result = std::min(result, entry);
  return result;
}

}  // namespace nonneg::test
