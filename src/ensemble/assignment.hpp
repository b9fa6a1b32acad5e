// SPDX-License-Identifier: Apache-2.0
/// Which of one set goes with which of another so that the whole gains most.
#pragma once

#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::ensemble {

/// A row or a column that goes with none.
inline constexpr Index kNone = -1;

/// For each row of `gains` (r × c, finite) the column that it goes with, no column twice: min(r, c)
/// pairs of the largest sum there is, to rounding; kNone for the rows that are left over. Shortest
/// augmenting paths with prices (Jonker & Volgenant, Computing 38, 1987), in O(min²·max) steps.
std::vector<Index> best_assignment(MatrixView<const double> gains);

}  // namespace nonneg::ensemble
