// SPDX-License-Identifier: Apache-2.0
/// The matrices of `nonneg demo`, generated.
#pragma once

#include "nonneg/matrix.hpp"

namespace nonneg::cli {

struct LearningDemo {
  /// 80 × 2: a row is a point (x, cos²x + 1 + noise), x in [0.2, 4.2].
  Matrix<double> A;
  /// 80 × 2 and 2 × 2, uniform on [0, 1).
  Matrix<double> W0;
  Matrix<double> H0;
};

/// As RandomState(32) of NumPy draws them: the points' x, then their noise; and from a fresh
/// RandomState(32) W₀, then the transpose of H₀.
LearningDemo learning_demo();

/// 80 × 2: a row is a point (x, 0.6 x + noise), x in [0.2, 4.2], from RandomState(32) as above.
Matrix<double> line_demo();

constexpr Index kSwimmerSide = 32;
constexpr Index kSwimmerPixels = kSwimmerSide * kSwimmerSide;
constexpr Index kSwimmerParts = 17;

struct SwimmerDemo {
  /// 256 × 1024: a row is a picture of 32 × 32, row by row, of entries 0 and 1.
  Matrix<float> A;
  /// 17 × 1024: the torso, then the four positions of each of the four limbs.
  Matrix<float> parts;
};

/// Every combination of four limbs in four positions each, after Donoho & Stodden (2003), "When
/// does non-negative matrix factorization give a correct decomposition into parts?". The torso is
/// in every picture, so that it may be shared out among the limbs without any loss.
SwimmerDemo swimmer_demo();

}  // namespace nonneg::cli
