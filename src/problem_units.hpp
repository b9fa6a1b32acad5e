/// The units in which a run computes: scale·A is the data, so that no product leaves the compute
/// type.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "data_summary.hpp"
#include "nonneg/options.hpp"
#include "rules/gram_rule.hpp"

namespace nonneg {

/// A run's data is A' = data·A, its factors are W' = w·W and H' = h·H with data = w·h, all powers
/// of
/// 2. Its objective is data^β times the caller's.
struct ProblemUnits {
  double data = 1;
  double w = 1;
  double h = 1;
  double beta = kFrobenius;

  double objective() const { return std::pow(data, beta); }
  /// Divides twice, as data^β may leave double where the objective does not.
  double callers_objective(double objective) const {
    const double half = std::pow(data, beta / 2);
    return objective / half / half;
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

/// The smallest entry of a model that is told from 0, for data of this mean: with it, the powers of
/// a β-divergence stay within T.
template <class T>
T least_model(double mean) {
  constexpr auto kEpsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  return static_cast<T>(
      std::max(kEpsilon * kEpsilon * mean, static_cast<double>(std::numeric_limits<T>::min())));
}

/// How W' is updated: penalties in the run's units.
template <class T>
RowUpdate<T> w_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  // data^β·l1·ΣW = l1·data^(β−1)·h·ΣW', and data^β·½·l2·ΣW² = ½·l2·data^(β−2)·h²·ΣW'².
  return {
      .l1 = narrowed<T>(options.penalties.l1_w * std::pow(units.data, units.beta - 1) * units.h),
      .l2 = narrowed<T>(options.penalties.l2_w * std::pow(units.data, units.beta - 2) * units.h *
                        units.h),
      .floor = floor,
      .repeats = repeats,
      .repeat_tolerance = static_cast<T>(repeat_tolerance)};
}

/// How H' is updated: penalties in the run's units.
template <class T>
RowUpdate<T> h_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  return {
      .l1 = narrowed<T>(options.penalties.l1_h * std::pow(units.data, units.beta - 1) * units.w),
      .l2 = narrowed<T>(options.penalties.l2_h * std::pow(units.data, units.beta - 2) * units.w *
                        units.w),
      .floor = floor,
      .repeats = repeats,
      .repeat_tolerance = static_cast<T>(repeat_tolerance)};
}

}  // namespace nonneg
