// SPDX-License-Identifier: Apache-2.0
/// Components of one run beside those of another, or beside references that are known.
#pragma once

#include <vector>

#include "ensemble/assignment.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::ensemble {

/// cosines(i, j) of row i of X and row j of Y, in whatever units both are; 0 where one of them is
/// all zero. Entries are >= 0 and finite, and both have the same columns.
Matrix<double> cosines(MatrixView<const double> X, MatrixView<const double> Y);

/// What one component goes with.
struct ComponentMatch {
  /// The reference that it is assigned to, which no other component is; kNone where none is left
  /// that has anything in common with it.
  Index reference = kNone;
  /// Of the two; 0 for kNone.
  double cosine = 0;
  /// The reference that is most like it, whatever others are assigned to; kNone where all cosines
  /// are 0, as those of a dead component are.
  Index nearest = kNone;
  double nearest_cosine = 0;
};

/// Assigns components (rows of `cosines`) to references so that the sum of their cosines is the
/// largest.
std::vector<ComponentMatch> match_components(MatrixView<const double> cosines);

}  // namespace nonneg::ensemble
