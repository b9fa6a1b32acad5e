// SPDX-License-Identifier: Apache-2.0
// Rows of A beside their reconstruction, where a row of A is an image.
#include <fmt/format.h>

#include "base/spread.hpp"
#include "render/image_grid.hpp"
#include "render/picture_kinds.hpp"

namespace nonneg::render {
namespace {

constexpr Index kMaxPairs = 8;

std::string draw(const PictureSource& source, Format format) {
  const SnapshotRun& run = source.run();
  const std::vector<Index> sample = spread(run.snapshot_rows(), kMaxPairs);
  std::vector<std::string> captions;
  for (const Index s : sample) {
    const Index row = source.row_of_data(s);
    captions.push_back(run.row_names.empty() ? fmt::format("row {}", row + 1)
                                             : run.row_names[static_cast<std::size_t>(row)]);
  }
  const ImageShape& shape = source.image_shape();
  return draw_pairs(source.canvas(format, pairs_size(shape, std::ssize(sample))),
                    source.data_rows(sample).view(), source.frames(format, sample), shape,
                    captions);
}

bool applies(const PictureSource& source) {
  return source.image_shape().rows > 0 && source.has_data();
}

}  // namespace

PictureKind pairs_picture() {
  return {.name = "pairs", .animated = true, .applies = applies, .draw = draw};
}

}  // namespace nonneg::render
