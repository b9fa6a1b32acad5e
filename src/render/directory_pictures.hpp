// SPDX-License-Identifier: Apache-2.0
/// The pictures of a snapshot directory: which there are, and each drawn.
#pragma once

#include <string>
#include <vector>

#include "render/picture_kinds.hpp"
#include "render/picture_source.hpp"

namespace nonneg::render {

/// A picture in one of its formats.
struct PictureFile {
  PictureKind kind;
  Format format = Format::png;

  /// "learning.gif"
  std::string name() const;
};

class DirectoryPictures {
 public:
  /// Throws as PictureSource does. `reader` must outlive this.
  DirectoryPictures(const SnapshotDirectoryReader& reader, const PictureRequest& request);

  /// Those that apply, in every format that was asked for and that they have.
  const std::vector<PictureFile>& files() const noexcept { return files_; }

  /// The file's bytes. Throws NotAvailable (gnuplot) and IoError (a snapshot's file).
  std::string draw(const PictureFile& file) const { return file.kind.draw(source_, file.format); }

 private:
  PictureSource source_;
  std::vector<PictureFile> files_;
};

}  // namespace nonneg::render
