// SPDX-License-Identifier: Apache-2.0
/// Teams of threads that have a row at a time: a warp, or a block.
#pragma once

#include "kernels/row_groups.cuh"

namespace nonneg::cuda {

/// A warp has a row to itself; a block of warps as many rows.
struct WarpTeam {
  static constexpr bool kIsWarp = true;
  __device__ static int thread() { return static_cast<int>(threadIdx.x) % kWarp; }
  __device__ static int size() { return kWarp; }
  __device__ static Index first_row() {
    return static_cast<Index>(blockIdx.x) * (blockDim.x / kWarp) + threadIdx.x / kWarp;
  }
  __device__ static Index row_stride() {
    return static_cast<Index>(gridDim.x) * (blockDim.x / kWarp);
  }
  __device__ static void sync() { __syncwarp(); }
  /// The value of all threads combined, the same in each.
  template <class V, class Op>
  __device__ static V reduce(V value, const Op& op) {
#pragma unroll
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
      value = op(value, __shfl_xor_sync(kAllLanes, value, offset));
    }
    return value;
  }
};

/// A block has a row to itself.
struct BlockTeam {
  static constexpr bool kIsWarp = false;
  __device__ static int thread() { return static_cast<int>(threadIdx.x); }
  __device__ static int size() { return static_cast<int>(blockDim.x); }
  __device__ static Index first_row() { return blockIdx.x; }
  __device__ static Index row_stride() { return gridDim.x; }
  __device__ static void sync() { __syncthreads(); }
  template <class V, class Op>
  __device__ static V reduce(V value, const Op& op) {
    __shared__ V warps[kWarpsPerBlock];
    value = WarpTeam::reduce(value, op);
    __syncthreads();
    if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = value;
    __syncthreads();
    V combined = warps[0];
    const int count = static_cast<int>(blockDim.x) / kWarp;
    for (int w = 1; w < count; ++w) combined = op(combined, warps[w]);
    return combined;
  }
};

template <class Team>
__device__ int team_sum(int value) {
  return Team::reduce(value, [](int a, int b) { return a + b; });
}
template <class Team, class V>
__device__ V team_max(V value) {
  return Team::reduce(value, [](V a, V b) { return a < b ? b : a; });
}

}  // namespace nonneg::cuda
