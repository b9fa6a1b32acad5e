// SPDX-License-Identifier: Apache-2.0
/// What decides on non-negative least squares by block principal pivoting (Kim & Park, SIAM Journal
/// on Scientific Computing 33(6), 2011), in double for rows of any T.
#pragma once

#include <limits>
#include <type_traits>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

template <class T>
struct PivotingLimits {
  /// A violation below this, relative to the largest entry of x or b, is rounding.
  static constexpr double kRounding = static_cast<double>(std::numeric_limits<T>::epsilon());
  /// A pivot below this part of its diagonal entry is raised to it. G is known to rounding in T, so
  /// that a smaller pivot says nothing.
  static constexpr double kMinPivot = std::is_same_v<T, float> ? 0x1p-20 : 0x1p-40;
  /// The maximum of passes of coordinate descent over a row, should exchanges not end.
  static constexpr int kMaxDescents = 500;
};

/// How often a row of k components exchanges before it is left to coordinate descent.
constexpr Index max_exchanges(Index k) { return k + 20; }

/// The backup rule of one row: after so many exchanges without fewer violations than ever before,
/// the last violation alone is exchanged, until there are fewer. That ends, where the matrix is
/// positive definite.
template <class Count>
class BackupRule {
 public:
  constexpr BackupRule() = default;
  constexpr explicit BackupRule(Count components) : least_count_(components + 1) {}

  /// Whether all of `count` violations are to be exchanged.
  constexpr bool exchanges_all(Count count) {
    if (count < least_count_) {
      least_count_ = count;
      patience_ = kPatience;
      return true;
    }
    if (patience_ == 0) return false;
    --patience_;
    return true;
  }

 private:
  /// The paper's p̄.
  static constexpr int kPatience = 3;

  Count least_count_ = 0;
  int patience_ = kPatience;
};

}  // namespace nonneg
