// SPDX-License-Identifier: Apache-2.0
#include "io/made_directories.hpp"

#include <unistd.h>

namespace nonneg::io {

namespace fs = std::filesystem;

MadeDirectories::MadeDirectories(const fs::path& directory) {
  std::vector<fs::path> missing;
  for (fs::path path = directory; !path.empty() && !fs::exists(path); path = path.parent_path()) {
    if (path.has_filename()) missing.push_back(path);
  }
  try {
    for (; !missing.empty(); missing.pop_back()) {
      if (fs::create_directory(missing.back())) made_.push_back(missing.back());
    }
  } catch (...) {
    remove();
    throw;
  }
}

MadeDirectories::~MadeDirectories() { remove(); }

void MadeDirectories::remove() noexcept {
  for (; !made_.empty(); made_.pop_back()) (void)::rmdir(made_.back().c_str());
}

}  // namespace nonneg::io
