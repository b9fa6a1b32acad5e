// SPDX-License-Identifier: Apache-2.0
/// First stages: each block adds up its share in double and leaves one partial sum.
#pragma once

#include <cub/block/block_reduce.cuh>

#include "kernels/launch.cuh"
#include "kernels/partial_sums.hpp"

namespace nonneg::cuda {

/// Blocks of a first stage over `entries`: by the size alone.
inline unsigned partial_count(Index entries) {
  return grid_size(entries, Index{16} * kThreads, kMaxPartials);
}

/// Adds `value` over the block's kThreads threads, in a fixed order; thread 0 stores the sum.
__device__ inline void store_block_sum(double value, double* partial) {
  using Reduce = cub::BlockReduce<double, kThreads, cub::BLOCK_REDUCE_WARP_REDUCTIONS>;
  __shared__ typename Reduce::TempStorage storage;
  __syncthreads();  // the storage may still be in use for the sum before
  const double sum = Reduce(storage).Sum(value);
  if (threadIdx.x == 0) *partial = sum;
}

/// Calls body(i, j) for this thread's share of rows × cols: neighbouring threads take neighbouring
/// entries. Where the matrices are one span, hand in one row of them all.
template <class Body>
__device__ void for_each_entry(Index rows, Index cols, const Body& body) {
  if (rows == 1) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) body(0, j);
    return;
  }
  for (Index i = blockIdx.x; i < rows; i += gridDim.x) {
    for (Index j = threadIdx.x; j < cols; j += blockDim.x) body(i, j);
  }
}

}  // namespace nonneg::cuda
