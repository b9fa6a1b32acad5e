// SPDX-License-Identifier: Apache-2.0
/// How much of each factor the page shows: large factors are pooled or sampled, so that a snapshot
/// has a bounded size.
#pragma once

#include <vector>

#include "nonneg/snapshot_directory.hpp"

namespace nonneg::page {

/// Things in order, as at most `limit` bins of adjacent ones, whose sizes differ by at most 1.
struct Bins {
  Bins(Index things, Index limit) noexcept : size(things), count(things < limit ? things : limit) {}
  Index first(Index bin) const noexcept { return bin * size / count; }
  Index end(Index bin) const noexcept { return first(bin + 1); }

  Index size;
  Index count;
};

struct DisplayPlan {
  /// Values that a snapshot may show where nothing else is said: 256 KiB as float32.
  static constexpr Index kUsualValues = 65536;

  /// Shows as much as fits in about `values` numbers per snapshot, but never less than the coarsest
  /// level, which takes at most kUsualValues.
  DisplayPlan(const SnapshotRun& run, Index values);

  /// Returns how many numbers one snapshot shows.
  Index values() const noexcept;

  /// Components in the heat maps and lists: the first ones.
  Index components;
  /// Each line of W's heat map is the mean of a bin of rows.
  Bins w_lines;
  /// Each column of H's heat map is the mean of a bin of columns.
  Bins h_lines;
  /// Data in the plane: the rows (of the snapshots' W) shown as points; else empty.
  std::vector<Index> points;
  /// Images: pixels shown are means of blocks of pixels.
  Bins image_high;
  Bins image_wide;
  /// Components shown as images; 0 where a row of A is no image.
  Index images = 0;
  /// Rows (of the snapshots' W) shown as image beside their reconstruction.
  std::vector<Index> pairs;
  /// Components whose vectors are drawn over the points.
  Index arrows = 0;
};

}  // namespace nonneg::page
