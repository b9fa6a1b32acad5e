// SPDX-License-Identifier: Apache-2.0
/// What every launcher needs.
#pragma once

#include "kernels/check.hpp"
#include "kernels/grid_size.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

inline constexpr int kThreads = 256;

/// The thread's number in the grid, and the number of threads that the grid has.
__device__ inline Index grid_thread() {
  return static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline Index grid_threads() { return static_cast<Index>(gridDim.x) * blockDim.x; }

}  // namespace nonneg::cuda
