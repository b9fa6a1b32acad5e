// SPDX-License-Identifier: Apache-2.0
/// The pictures that there are of a snapshot directory. A new one is a file of its own, a
/// declaration here, and a place in picture_kinds().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/picture_source.hpp"

namespace nonneg::render {

struct PictureKind {
  /// Its file's name, without the extension.
  std::string_view name;
  /// Whether it can move: then it is drawn as an animation, too.
  bool animated;
  /// Whether the directory has what it shows.
  bool (*applies)(const PictureSource& source);
  /// The file's bytes. Throws NotAvailable (gnuplot) and IoError (a snapshot's file).
  std::string (*draw)(const PictureSource& source, Format format);
};

PictureKind learning_picture();
PictureKind basis_picture();
PictureKind pairs_picture();
PictureKind factors_picture();
PictureKind loss_picture();

/// All of them, in the order in which they are drawn.
inline std::vector<PictureKind> picture_kinds() {
  return {learning_picture(), basis_picture(), pairs_picture(), factors_picture(), loss_picture()};
}

}  // namespace nonneg::render
