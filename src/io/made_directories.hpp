// SPDX-License-Identifier: Apache-2.0
/// Directories made for results that are not there yet.
#pragma once

#include <filesystem>
#include <vector>

namespace nonneg::io {

/// Makes a directory and those above it that are missing. Removes those that it made at its end,
/// unless something is in them by then.
class MadeDirectories {
 public:
  MadeDirectories() = default;
  /// Throws std::filesystem::filesystem_error; what was made until then is removed.
  explicit MadeDirectories(const std::filesystem::path& directory);
  MadeDirectories(MadeDirectories&&) noexcept = default;
  MadeDirectories& operator=(MadeDirectories&&) = delete;
  MadeDirectories(const MadeDirectories&) = delete;
  MadeDirectories& operator=(const MadeDirectories&) = delete;
  ~MadeDirectories();

 private:
  void remove() noexcept;

  /// From the outermost on.
  std::vector<std::filesystem::path> made_;
};

}  // namespace nonneg::io
