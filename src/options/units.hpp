// SPDX-License-Identifier: Apache-2.0
/// The units in which a run computes: scale·A is the data, so that no product leaves the compute
/// type.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "nonneg/options.hpp"

namespace nonneg {

/// A run's data is A' = data·A with `weights` times the caller's weights, its factors are W' = w·W
/// and H' = h·H with data = w·h, all of them powers of 2. Its objective is weights·data^β times the
/// caller's.
struct ProblemUnits {
  double data = 1;
  double w = 1;
  double h = 1;
  double weights = 1;
  double beta = kFrobenius;

  /// The strengths of an objective that is c = weights·data^β times the caller's, of penalties of
  /// W' and H': c·l1·ΣW = (l1·c/w)·ΣW', and c·½·l2·ΣW² = ½·(l2·c/w²)·ΣW'². At most the square root
  /// of double's largest.
  Penalties scaled(const Penalties& p) const {
    const double exponent = beta * std::log2(data) + std::log2(weights);
    const double of_w = std::log2(w);
    const double of_h = std::log2(h);
    return {.l1_w = shifted(p.l1_w, exponent - of_w),
            .l1_h = shifted(p.l1_h, exponent - of_h),
            .l2_w = shifted(p.l2_w, exponent - 2 * of_w),
            .l2_h = shifted(p.l2_h, exponent - 2 * of_h)};
  }
  /// Divides in steps, as weights·data^β may leave double where the objective does not.
  double callers_objective(double objective) const {
    const double half = std::pow(data, beta / 2);
    return objective / half / weights / half;
  }

 private:
  /// strength·2^exponent, in two steps, as 2^exponent may leave double where that does not.
  static double shifted(double strength, double exponent) {
    if (strength == 0) return 0;
    const double half = std::floor(exponent / 2);
    return std::min(strength * std::exp2(half) * std::exp2(exponent - half),
                    std::sqrt(std::numeric_limits<double>::max()));
  }
};

/// A number as T, at most the square root of T's largest: beyond it a penalty wins over any data.
template <class T>
T narrowed(double value) {
  return static_cast<T>(
      std::min(value, std::sqrt(static_cast<double>(std::numeric_limits<T>::max()))));
}

/// Smallest entry of a factor whose typical entry is `typical`.
template <class T>
T factor_floor(const Options& options, double typical) {
  constexpr double kMultiplicativeFloor = 1e-10;
  const double chosen = options.algorithm == Algorithm::mu ? kMultiplicativeFloor : 0.0;
  return static_cast<T>(options.floor.value_or(chosen) * typical);
}

/// The smallest entry of a model whose powers v^(β−2) and v^(β−1), and 1/v, which they are formed
/// with, stay within three quarters of T's exponents.
template <class T>
double least_of_powers(double beta) {
  constexpr double kMaxExponent = 0.75 * std::numeric_limits<T>::max_exponent;
  return std::exp2(-kMaxExponent / std::max(2 - beta, 1.0));
}

/// The smallest entry of a model that is told from 0, as a part of the data's mean: with it, the
/// powers v^(β−2) and v^(β−1) of a β-divergence stay within three quarters of T's exponents, for
/// data whose mean is 1.
template <class T>
double least_part(double beta) {
  constexpr auto kEpsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  constexpr double kMaxExponent = 0.75 * std::numeric_limits<T>::max_exponent;
  return std::max(kEpsilon * kEpsilon, beta < 2 ? std::exp2(-kMaxExponent / (2 - beta)) : 0);
}

/// The same for data of this mean. Data of zeros needs v^(β−1) alone, of β > 0, which no positive v
/// takes out of T.
template <class T>
T least_model(double mean, double beta) {
  return static_cast<T>(
      std::max(least_part<T>(beta) * mean, static_cast<double>(std::numeric_limits<T>::min())));
}

/// Whether the powers of a model between the least and the mean keep away from the ends of T's
/// exponents for data of this mean.
template <class T>
bool powers_fit(double mean, double beta) {
  constexpr double kMaxExponent = 0.875 * std::numeric_limits<T>::max_exponent;
  if (!(mean > 0) || beta >= 2) return true;
  return (2 - beta) * (std::abs(std::log2(mean)) - std::log2(least_part<T>(beta))) <= kMaxExponent;
}

}  // namespace nonneg
