// SPDX-License-Identifier: Apache-2.0
/// What the pictures of a snapshot directory are drawn from.
#pragma once

#include <optional>
#include <vector>

#include "nonneg/snapshot_directory.hpp"
#include "render/factor_frame.hpp"
#include "render/image_grid.hpp"
#include "render/picture.hpp"

namespace nonneg::render {

struct PictureRequest {
  std::vector<Format> formats{Format::gif, Format::png};
  /// Without a value each picture has a size of its own.
  std::optional<Size> size;
  /// Without a value the one that the run was given, if any.
  std::optional<ImageShape> image_shape;
};

/// The snapshots, and A where it is still at hand, in the numbers that are drawn.
class PictureSource {
 public:
  /// Throws InvalidArgument where an image shape does not have as many pixels as A has columns, and
  /// IoError where there is no snapshot yet. `reader` must outlive this.
  PictureSource(const SnapshotDirectoryReader& reader, const PictureRequest& request);

  const SnapshotDirectoryReader& reader() const noexcept { return reader_; }
  const SnapshotRun& run() const noexcept { return reader_.run(); }
  bool has_data() const noexcept { return data_.has_value(); }
  /// The picture that a row of A is; 0 x 0 where it is none.
  const ImageShape& image_shape() const noexcept { return image_shape_; }

  /// Returns a canvas of the size that was asked for, or else of this one.
  Canvas canvas(Format format, const Size& usual_size) const;
  /// Returns the snapshots with `rows` of each one's W, which may be none. Animations show at most
  /// kMaxFrames snapshots, evenly chosen, the last among them; other formats the last alone. The
  /// first factors are no frame: it is the learning that is shown. Throws IoError, and
  /// InvalidArgument naming an entry that no factor has.
  std::vector<FactorFrame> frames(Format format, const std::vector<Index>& rows) const;
  /// Returns the row of A that row i of a snapshot's W belongs to.
  Index row_of_data(Index i) const;
  /// Returns the rows of A that these rows of a snapshot's W belong to. A must be at hand.
  Matrix<double> data_rows(const std::vector<Index>& sample) const;

 private:
  const SnapshotDirectoryReader& reader_;
  std::optional<Size> size_;
  ImageShape image_shape_;
  std::optional<MatrixFile> data_;
};

}  // namespace nonneg::render
