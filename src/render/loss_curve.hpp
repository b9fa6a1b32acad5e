// SPDX-License-Identifier: Apache-2.0
/// The loss against iterations and against seconds.
#pragma once

#include <string>
#include <vector>

#include "nonneg/result.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

constexpr Size kLossSize{1000, 420};

/// Draws the records by iteration, of a run that minimises the divergence of this β (NaN: not
/// known). Those without a finite loss are left out. The axis is logarithmic where the loss falls
/// by more than ten times and stays above 0.
std::string draw_loss(const Canvas& canvas, const std::vector<LossRecord>& records, double beta);

}  // namespace nonneg::render
