// SPDX-License-Identifier: Apache-2.0
/// The beginning of a file, by which nonneg knows what it made itself.
#pragma once

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>

namespace nonneg::cli {

/// Returns the first `bytes` bytes of a file, or as many as it has; nothing where it cannot be
/// opened.
inline std::optional<std::string> file_beginning(const std::string& path, std::size_t bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string beginning(bytes, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(bytes));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return beginning;
}

}  // namespace nonneg::cli
