// SPDX-License-Identifier: Apache-2.0
/// Which rows of A each worker sweeps.
#pragma once

#include <algorithm>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

struct RowRange {
  Index first = 0;
  Index count = 0;
};

/// Rows of worker `index` of `workers`: contiguous, in order, in whole blocks of 64 rows but the
/// last.
inline RowRange worker_share(Index rows, int workers, int index) {
  constexpr Index kBlock = 64;
  const Index blocks = (rows + kBlock - 1) / kBlock;
  const Index first = std::min(rows, blocks * index / workers * kBlock);
  const Index last = std::min(rows, blocks * (index + 1) / workers * kBlock);
  return {first, last - first};
}

inline Index largest_share(Index rows, int workers) {
  Index largest = 0;
  for (int w = 0; w < workers; ++w)
    largest = std::max(largest, worker_share(rows, workers, w).count);
  return largest;
}

}  // namespace nonneg
