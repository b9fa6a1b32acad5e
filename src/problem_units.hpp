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
/// 2. Its objective is data² times the caller's.
struct ProblemUnits {
  double data = 1;
  double w = 1;
  double h = 1;

  double objective() const { return data * data; }
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

/// How W' is updated: penalties in the run's units.
template <class T>
RowUpdate<T> w_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  // data²·l1·ΣW = l1·data·h·ΣW', and data²·½·l2·ΣW² = ½·l2·h²·ΣW'².
  return {.l1 = narrowed<T>(options.penalties.l1_w * units.data * units.h),
          .l2 = narrowed<T>(options.penalties.l2_w * units.h * units.h),
          .floor = floor,
          .repeats = repeats,
          .repeat_tolerance = static_cast<T>(repeat_tolerance)};
}

/// How H' is updated: penalties in the run's units.
template <class T>
RowUpdate<T> h_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  return {.l1 = narrowed<T>(options.penalties.l1_h * units.data * units.w),
          .l2 = narrowed<T>(options.penalties.l2_h * units.w * units.w),
          .floor = floor,
          .repeats = repeats,
          .repeat_tolerance = static_cast<T>(repeat_tolerance)};
}

}  // namespace nonneg
