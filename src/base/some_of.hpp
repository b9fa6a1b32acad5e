// SPDX-License-Identifier: Apache-2.0
/// The first few of many names, in words.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace nonneg {

/// Returns "x, y, z", or where there are more than `most`, "x, y, z and 14 more".
inline std::string some_of(const std::vector<std::string>& names, std::size_t most = 5) {
  std::string text;
  const std::size_t shown = std::min(names.size(), most);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return shown < names.size() ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

}  // namespace nonneg
