// SPDX-License-Identifier: Apache-2.0
#include "render/directory_pictures.hpp"

#include <fmt/format.h>

namespace nonneg::render {

std::string PictureFile::name() const { return fmt::format("{}.{}", kind.name, to_string(format)); }

DirectoryPictures::DirectoryPictures(const SnapshotDirectoryReader& reader,
                                     const PictureRequest& request)
    : source_(reader, request) {
  for (const PictureKind& kind : picture_kinds()) {
    if (!kind.applies(source_)) continue;
    for (const Format format : request.formats) {
      if (kind.animated || format != Format::gif) files_.push_back({kind, format});
    }
  }
}

}  // namespace nonneg::render
