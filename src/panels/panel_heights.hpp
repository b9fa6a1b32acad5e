// SPDX-License-Identifier: Apache-2.0
/// The heights that a plan's panels may have.
#pragma once

#include <algorithm>

#include "nonneg/plan.hpp"

namespace nonneg {

/// The highest panel that the plan may cut: what panels and workspace are allocated for.
inline Index max_panel_rows(const Plan& plan) noexcept {
  Index highest = plan.panel_rows;
  for (const Index rows : plan.panel_row_candidates) highest = std::max(highest, rows);
  return highest;
}

}  // namespace nonneg
