/// How far a factor is carried on along its last step (Ang & Gillis, Neural Computation 31(2),
/// 2019).
#pragma once

#include <algorithm>

namespace nonneg {

/// The factor beta of H + beta·(H − H_previous), at which the next sweep updates W. It grows while
/// the objective falls and is cut back when it rose.
class StepFactor {
 public:
  double value() const noexcept { return value_; }

  void accept() noexcept {
    value_ = std::min(most_, kGrowth * value_);
    most_ = std::min(1.0, kMostGrowth * most_);
  }

  void reject() noexcept {
    most_ = value_;
    value_ /= kCut;
  }

 private:
  // The values that the paper recommends.
  static constexpr double kGrowth = 1.05;
  static constexpr double kMostGrowth = 1.01;
  static constexpr double kCut = 1.5;

  double value_ = 0.5;
  double most_ = 1.0;
};

}  // namespace nonneg
