// SPDX-License-Identifier: Apache-2.0
#include "page/display_plan.hpp"

#include <algorithm>
#include <array>

#include "base/spread.hpp"

namespace nonneg::page {
namespace {

constexpr Index kMaxComponents = 256;
constexpr Index kMaxArrows = 64;

/// Limits of one level of detail.
struct Detail {
  Index w_lines;
  Index h_lines;
  Index points;
  Index side;
  Index images;
  Index pairs;
};

constexpr std::array kLevels{Detail{256, 512, 2000, 64, 64, 8}, Detail{192, 384, 1500, 48, 64, 8},
                             Detail{128, 256, 1000, 32, 64, 6}, Detail{96, 160, 800, 24, 32, 6},
                             Detail{64, 96, 500, 16, 32, 4}};

void limit(DisplayPlan& plan, const SnapshotRun& run, const Detail& detail) {
  plan.w_lines = Bins(run.snapshot_rows(), detail.w_lines);
  plan.h_lines = Bins(run.cols, detail.h_lines);
  if (run.cols == 2) {
    plan.points = spread(run.snapshot_rows(), detail.points);
    plan.arrows = std::min(run.rank, kMaxArrows);
  }
  if (run.image_rows > 0) {
    plan.image_high = Bins(run.image_rows, detail.side);
    plan.image_wide = Bins(run.image_cols, detail.side);
    plan.images = std::min(run.rank, detail.images);
    plan.pairs = spread(run.snapshot_rows(), detail.pairs);
  }
}

}  // namespace

DisplayPlan::DisplayPlan(const SnapshotRun& run, Index values)
    : components(std::min(run.rank, kMaxComponents)),
      w_lines(1, 1),
      h_lines(1, 1),
      image_high(1, 1),
      image_wide(1, 1) {
  for (const Detail& detail : kLevels) {
    limit(*this, run, detail);
    if (this->values() <= values) return;
  }
}

Index DisplayPlan::values() const noexcept {
  const Index pixels = image_high.count * image_wide.count;
  return components * (w_lines.count + h_lines.count) + 2 * static_cast<Index>(points.size()) +
         2 * arrows + pixels * (images + static_cast<Index>(pairs.size()));
}

}  // namespace nonneg::page
