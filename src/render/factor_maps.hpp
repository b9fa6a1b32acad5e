// SPDX-License-Identifier: Apache-2.0
/// W and H as heat maps.
#pragma once

#include <string>
#include <vector>

#include "render/factor_frame.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

constexpr Size kFactorsSize{1000, 500};

/// Draws W (rows downwards) on the left and H (k × n) on the right, each on one colour scale from 0
/// to the largest entry in any of the frames. More rows or columns than pixels are averaged. A
/// still picture takes the last frame only. `column_names` may be empty; they are shown where there
/// is room.
std::string draw_factors(const Canvas& canvas, const std::vector<FactorFrame>& frames,
                         const std::vector<std::string>& column_names);

}  // namespace nonneg::render
