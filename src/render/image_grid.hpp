// SPDX-License-Identifier: Apache-2.0
/// Rows that are images: the basis images of H, and rows of A beside their reconstruction.
#pragma once

#include <string>
#include <vector>

#include "render/factor_frame.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

/// A row of A, or of H, as a picture: image_rows × image_cols, row by row.
struct ImageShape {
  Index rows = 0;
  Index cols = 0;
};

/// Return the size that the grid needs at a handy size of each image.
Size basis_size(const ImageShape& shape, Index rank);
Size pairs_size(const ImageShape& shape, Index pairs);

/// Draws the k rows of H as a grid of images, component 1 at the top left, each from black (0) to
/// white (its own largest entry at that iteration). A still picture takes the last frame only.
std::string draw_basis(const Canvas& canvas, const std::vector<FactorFrame>& frames,
                       const ImageShape& shape);

/// Draws the originals (p × n) above, and W·H of each frame for the same rows below, both from
/// black (0) to white (the original's largest entry). `names` are the originals' captions.
std::string draw_pairs(const Canvas& canvas, MatrixView<const double> originals,
                       const std::vector<FactorFrame>& frames, const ImageShape& shape,
                       const std::vector<std::string>& names);

}  // namespace nonneg::render
