// SPDX-License-Identifier: Apache-2.0
// W and H as heat maps, of every run.
#include "base/spread.hpp"
#include "render/factor_maps.hpp"
#include "render/picture_kinds.hpp"

namespace nonneg::render {
namespace {

std::string draw(const PictureSource& source, Format format) {
  const SnapshotRun& run = source.run();
  const std::vector<Index> all_rows = spread(run.snapshot_rows(), run.snapshot_rows());
  return draw_factors(source.canvas(format, kFactorsSize), source.frames(format, all_rows),
                      run.column_names);
}

}  // namespace

PictureKind factors_picture() {
  return {.name = "factors",
          .animated = true,
          .applies = [](const PictureSource&) { return true; },
          .draw = draw};
}

}  // namespace nonneg::render
