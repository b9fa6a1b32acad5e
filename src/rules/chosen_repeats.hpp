// SPDX-License-Identifier: Apache-2.0
/// How often a sweep passes over a row, where nobody says.
#pragma once

#include <algorithm>

#include "nonneg/options.hpp"

namespace nonneg {

/// Passes over a row of one factor per sweep that pay: a pass costs 2k² flops per row beside the
/// `other_length`·k·4 of the sweep's products (Gillis & Glineur 2012, section 4). `other_length` is
/// n for W and m for H.
inline Index chosen_repeats(Algorithm algorithm, Index other_length, Index rank) noexcept {
  if (algorithm != Algorithm::hals) return 1;
  constexpr Index kMaxRepeats = 20;
  return std::clamp<Index>(1 + other_length / (8 * rank), 2, kMaxRepeats);
}

}  // namespace nonneg
