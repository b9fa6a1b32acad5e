// SPDX-License-Identifier: Apache-2.0
// The rows of H as images, where a row of A is one.
#include "render/image_grid.hpp"
#include "render/picture_kinds.hpp"

namespace nonneg::render {
namespace {

std::string draw(const PictureSource& source, Format format) {
  const ImageShape& shape = source.image_shape();
  return draw_basis(source.canvas(format, basis_size(shape, source.run().rank)),
                    source.frames(format, {}), shape);
}

}  // namespace

PictureKind basis_picture() {
  return {.name = "basis",
          .animated = true,
          .applies = [](const PictureSource& s) { return s.image_shape().rows > 0; },
          .draw = draw};
}

}  // namespace nonneg::render
