// SPDX-License-Identifier: Apache-2.0
/// Data with two columns as points in the plane: observed beside reconstructed, with the rows of H
/// as arrows.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"
#include "render/factor_frame.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

/// Both axes begin at 0.
struct AxisLimits {
  double x = 0;
  double y = 0;
};

/// The article's, for the points of `nonneg demo learning`.
constexpr AxisLimits kLearningLimits{4.5, 3.3};

/// Returns round limits with room around all points.
AxisLimits limits_of(MatrixView<const double> points);

/// 10 × 4.5 inches at 100 pixels per inch.
constexpr Size kLearningSize{1000, 450};
/// 16 × 4 inches.
constexpr Size kLineSize{1600, 400};

/// Returns where the axes lie: the observed points' (panel 0) and the reconstruction's (1). One
/// unit of x is as long as one of y on both.
Rectangle learning_axes(const Size& size, const AxisLimits& limits, int panel);

/// Draws the observed points (p × 2) on the left, and on the right W·H of each frame with the rows
/// of H as arrows from the origin. Points are coloured by their observed x; the title is the
/// iteration. A still picture takes the last frame only.
std::string draw_learning(const Canvas& canvas, MatrixView<const double> observed,
                          const std::vector<FactorFrame>& frames, const AxisLimits& limits);

/// Draws the observed points, their reconstruction at one component with the row of H, and the
/// weights W; and their reconstruction at two components with both rows of H.
std::string draw_line(const Canvas& canvas, MatrixView<const double> observed,
                      const FactorFrame& one, const FactorFrame& two, const AxisLimits& limits);

}  // namespace nonneg::render
