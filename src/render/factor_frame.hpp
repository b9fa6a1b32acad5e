// SPDX-License-Identifier: Apache-2.0
/// States of the factors that a picture shows.
#pragma once

#include <span>
#include <vector>

#include "nonneg/matrix.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

/// One state of the factors.
struct FactorFrame {
  Index iteration = 0;
  /// Rows of W (p × k): those that are shown, which may be none.
  Matrix<double> W;
  /// The whole of H, k × n.
  Matrix<double> H;
};

/// Animations show at most so many states.
constexpr Index kMaxFrames = 50;

/// Returns at most kMaxFrames of the frames, evenly chosen, the last among them.
std::vector<FactorFrame> thinned(std::vector<FactorFrame> frames);

/// Returns the frames that a picture on this canvas shows: an animation all of them, any other the
/// last.
std::span<const FactorFrame> shown_frames(const Canvas& canvas,
                                          const std::vector<FactorFrame>& frames);

}  // namespace nonneg::render
