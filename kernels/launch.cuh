// SPDX-License-Identifier: Apache-2.0
/// What every launcher needs.
#pragma once

#include <utility>

#include "kernels/busy_grid.hpp"
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

/// How a kernel is launched.
struct Launch {
  dim3 grid;
  dim3 block;
  cudaStream_t stream;
  /// Bytes of dynamic shared memory.
  std::size_t shared = 0;
};

/// Launches a kernel, and throws where the launch was refused. The status is the launch's own: the
/// runtime's last error, which <<<>>> would leave as the only one, may be of the caller's code.
template <class... Parameters, class... Arguments>
void launch_kernel(const char* name, const Launch& launch, void (*kernel)(Parameters...),
                   Arguments&&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = launch.grid;
  config.blockDim = launch.block;
  config.dynamicSmemBytes = launch.shared;
  config.stream = launch.stream;
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), "launch", name);
}

}  // namespace nonneg::cuda
