// SPDX-License-Identifier: Apache-2.0
/// A few of many.
#pragma once

#include <algorithm>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Returns at most `count` of 0 … size - 1, ascending and evenly spread: the first and the last
/// among them, or the first alone.
inline std::vector<Index> spread(Index size, Index count) {
  count = std::min(size, count);
  std::vector<Index> chosen;
  chosen.reserve(static_cast<std::size_t>(std::max<Index>(count, 0)));
  for (Index i = 0; i < count; ++i) {
    chosen.push_back(count == 1 ? 0 : i * (size - 1) / (count - 1));
  }
  return chosen;
}

}  // namespace nonneg
