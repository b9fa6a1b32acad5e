/// The pictures of a snapshot directory: which there are, and each drawn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nonneg/snapshot_directory.hpp"
#include "render/image_grid.hpp"
#include "render/picture.hpp"
#include "render/point_cloud.hpp"

namespace nonneg::render {

struct PictureRequest {
  std::vector<Format> formats{Format::gif, Format::png};
  /// Without a value each picture has a size of its own.
  std::optional<Size> size;
  /// Without a value the one that the run was given, if any.
  std::optional<ImageShape> image_shape;
};

enum class Subject { learning, basis, pairs, factors, loss };

struct PictureName {
  Subject subject = Subject::loss;
  Format format = Format::png;

  /// "learning.gif"
  std::string file_name() const;
};

/// Animations show at most kMaxFrames snapshots, evenly chosen, the last among them. The first
/// factors are no frame: it is the learning that is shown.
class DirectoryPictures {
 public:
  /// Throws InvalidArgument where an image shape does not have as many pixels as A has columns, and
  /// IoError where there is no snapshot yet. `reader` must outlive this.
  DirectoryPictures(const SnapshotDirectoryReader& reader, PictureRequest request);

  /// learning: two columns and A at hand. basis: an image shape. pairs: that and A at hand.
  /// factors, loss: always; the loss has no animation.
  const std::vector<PictureName>& names() const noexcept { return names_; }

  /// The file's bytes. Throws NotAvailable (gnuplot) and IoError (a snapshot's file).
  std::string draw(const PictureName& name) const;

 private:
  Canvas canvas_for(const PictureName& name, const Size& size) const;
  std::vector<FactorFrame> frames(Format format, const std::vector<Index>& rows) const;
  Matrix<double> data_rows(const std::vector<Index>& sample) const;
  std::string draw_learning_picture(const PictureName& name) const;
  std::string draw_basis_picture(const PictureName& name) const;
  std::string draw_pairs_picture(const PictureName& name) const;
  std::string draw_factors_picture(const PictureName& name) const;
  std::string draw_loss_picture(const PictureName& name) const;

  const SnapshotDirectoryReader& reader_;
  PictureRequest request_;
  std::optional<MatrixFile> data_;
  std::vector<PictureName> names_;
};

}  // namespace nonneg::render
