// SPDX-License-Identifier: Apache-2.0
/// How many partial sums the reductions leave between their two stages.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Most blocks of a first stage, and most sums that one has.
inline constexpr Index kMaxPartials = 1024;
inline constexpr Index kMaxSums = 3;
/// Doubles of the workspace that a reduction is given.
inline constexpr Index kPartialDoubles = kMaxPartials * kMaxSums;

}  // namespace nonneg::cuda
