// SPDX-License-Identifier: Apache-2.0
/// The row updates beyond kMaxInRegisters<T> components, where a block has a row at a time in
/// shared memory; and the launch of a row update of any k.
#pragma once

#include <algorithm>
#include <string>

#include "kernels/row_groups.cuh"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

/// Every device grants a block this much shared memory without being asked.
inline constexpr std::size_t kSharedBytes = 48U << 10;
/// This much of it is left to the block's sum.
inline constexpr std::size_t kReservedShared = 512;

/// The largest k of the wide kernels, which hold two rows of it.
template <class T>
inline constexpr Index kMaxComponents = static_cast<Index>((kSharedBytes - kReservedShared) /
                                                           (2 * sizeof(T)));

/// Throws InvalidArgument where no kernel holds a row of k components.
template <class T>
void require_components(Index k) {
  if (k <= kMaxComponents<T>) return;
  throw InvalidArgument(Subject::rank, "rank = " + std::to_string(k) +
                                           ": the cuda backend takes at most " +
                                           std::to_string(kMaxComponents<T>) +
                                           " in this precision; use backend = cpu");
}

/// The kernels of a row update: F, P and G each with its leading dimension, F's rows, k, the update
/// and its passes.
template <class T>
using RowUpdateKernel = void (*)(T*, Index, const T*, Index, const T*, Index, Index, int,
                                 RowUpdate<T>, int);

/// Launches kernel_of(Group) where groups hold F's rows in registers, else `wide_kernel`, which has
/// two rows in shared memory. Throws InvalidArgument where that cannot hold them either.
template <class T, class KernelOf>
void launch_row_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                       const RowUpdate<T>& update, cudaStream_t stream, const char* name,
                       const KernelOf& kernel_of, const char* wide_name,
                       RowUpdateKernel<T> wide_kernel) {
  if (F.empty()) return;
  require_components<T>(F.cols());
  const int k = static_cast<int>(F.cols());
  const int repeats = static_cast<int>(std::min<Index>(update.repeats, kMaxRepeats));
  const auto launch = [&](const char* kernel_name, RowUpdateKernel<T> kernel, Index rows_per_block,
                          std::size_t shared) {
    launch_kernel(kernel_name, {busy_grid(F.rows(), rows_per_block), kThreads, stream, shared},
                  kernel, F.data(), F.ld(), P.data(), P.ld(), G.data(), G.ld(), F.rows(), k, update,
                  repeats);
  };
  if (k > kMaxInRegisters<T>) {
    launch(wide_name, wide_kernel, 1, 2 * static_cast<std::size_t>(k) * sizeof(T));
    return;
  }
  with_row_group<T>(k, [&]<class Group>(Group group) {
    launch(name, kernel_of(group), Index{kWarpsPerBlock} * Group::kRowsPerWarp, 0);
  });
}

/// The shared memory of a row: two arrays of k components.
template <class T>
__device__ T* wide_memory() {
  extern __shared__ __align__(16) unsigned char wide_bytes[];
  return reinterpret_cast<T*>(wide_bytes);
}

/// The sum over the block's threads, in a fixed order, the same in each.
template <class T>
__device__ T block_sum(T value) {
  __shared__ T warps[kWarpsPerBlock];
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, offset);
  }
  __syncthreads();
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = value;
  __syncthreads();
  T sum = warps[0];
  for (int w = 1; w < kWarpsPerBlock; ++w) sum += warps[w];
  return sum;
}

/// Whether the block passes over its row f once more after a pass that moved it by this squared
/// change, the same in each thread; all threads of the block must come here.
template <class T>
__device__ bool repeats_wide(T squared_change, bool first_pass, const T* f, int k,
                             const RowUpdate<T>& update, T& threshold) {
  if (!update.until_settled) {
    return repeats_again(squared_change, first_pass, update.repeat_tolerance, threshold);
  }
  T norm = 0;
  for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) norm += f[c] * f[c];
  return still_moves(squared_change, block_sum(norm), update.repeat_tolerance);
}

/// product[c] = Σ_l row[l]·G(l, c) for this thread's components c.
template <class T>
__device__ void multiply_wide(const T* row, const T* G, Index ld, int k, T* product) {
  for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) {
    T sum = 0;
    for (int l = 0; l < k; ++l) sum += row[l] * G[l * ld + c];
    product[c] = sum;
  }
}

}  // namespace nonneg::cuda
