// SPDX-License-Identifier: Apache-2.0
#include "kernels/busy_grid.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "kernels/check.hpp"
#include "kernels/grid_size.hpp"

namespace nonneg::cuda {

namespace {

/// The current device's, asked of the runtime once.
Index multiprocessors() {
  static std::array<std::atomic<int>, 64> known{};
  const auto device = static_cast<std::size_t>(current_device());
  if (device < known.size() && known[device] > 0) return known[device];
  int count = 0;
  check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, static_cast<int>(device)),
        "cudaDeviceGetAttribute", "asking for a device's properties");
  if (device < known.size()) known[device] = count;
  return count;
}

}  // namespace

unsigned busy_grid(Index items, Index items_per_block) {
  return grid_size(items, items_per_block, kBlocksPerMultiprocessor * multiprocessors());
}

dim3 busy_grid(Index cols, Index cols_per_block, Index rows, Index rows_per_block) {
  const Index most = kBlocksPerMultiprocessor * multiprocessors();
  const unsigned x = grid_size(cols, cols_per_block, most);
  // A grid has at most 65535 blocks along y.
  const Index left = std::clamp<Index>(most / x, 1, 1 << 14);
  return {x, grid_size(rows, rows_per_block, left), 1};
}

}  // namespace nonneg::cuda
