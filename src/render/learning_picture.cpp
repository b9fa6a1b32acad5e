// SPDX-License-Identifier: Apache-2.0
// Two columns as points in the plane, as the factors learn them.
#include "base/spread.hpp"
#include "render/picture_kinds.hpp"
#include "render/point_cloud.hpp"

namespace nonneg::render {
namespace {

constexpr Index kMaxPoints = 2000;
constexpr const char* kDemoSource = "demo learning";

std::string draw(const PictureSource& source, Format format) {
  const SnapshotRun& run = source.run();
  const std::vector<Index> sample = spread(run.snapshot_rows(), kMaxPoints);
  const Matrix<double> observed = source.data_rows(sample);
  const AxisLimits limits =
      run.data_source == kDemoSource ? kLearningLimits : limits_of(observed.view());
  return draw_learning(source.canvas(format, kLearningSize), observed.view(),
                       source.frames(format, sample), limits);
}

}  // namespace

PictureKind learning_picture() {
  return {.name = "learning",
          .animated = true,
          .applies = [](const PictureSource& s) { return s.run().cols == 2 && s.has_data(); },
          .draw = draw};
}

}  // namespace nonneg::render
