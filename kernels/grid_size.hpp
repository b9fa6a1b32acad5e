// SPDX-License-Identifier: Apache-2.0
/// How many blocks a kernel is launched with.
#pragma once

#include <algorithm>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Blocks for `items` in pieces of `items_per_block`, at most `most`; kernels stride over the rest.
inline unsigned grid_size(Index items, Index items_per_block, Index most) {
  return static_cast<unsigned>(
      std::clamp<Index>((items + items_per_block - 1) / items_per_block, 1, most));
}

}  // namespace nonneg::cuda
