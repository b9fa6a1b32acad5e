/// The row updates beyond kMaxInRegisters<T> components: a block per row, the row in shared
/// memory.
#pragma once

#include "kernels/row_groups.cuh"

namespace nonneg::cuda {

/// Shared memory that every device grants a block without being asked.
inline constexpr std::size_t kSharedBytes = 48U << 10;
/// Left to the block's sum.
inline constexpr std::size_t kReservedShared = 512;

/// Largest k of the wide kernels, which hold two rows of it.
template <class T>
inline constexpr Index kMaxComponents = static_cast<Index>((kSharedBytes - kReservedShared) /
                                                           (2 * sizeof(T)));

/// Throws InvalidArgument where no kernel holds a row of k components.
template <class T>
void require_components(Index k) {
  if (k <= kMaxComponents<T>) return;
  throw InvalidArgument("rank = " + std::to_string(k) + ": the cuda backend takes at most " +
                        std::to_string(kMaxComponents<T>) +
                        " in this precision; use backend = cpu");
}

/// A row's two arrays of k components.
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

/// product[c] = Σ_l row[l]·G(l, c) for this thread's components c.
template <class T>
__device__ void multiply_wide(const T* row, const T* G, Index ld, int k, T* product) {
  for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) {
    T sum = 0;
    for (int l = 0; l < k; ++l) sum += row[l] * G[l * ld + c];
    product[c] = sum;
  }
}

/// Whether a row repeats once more after a pass with this squared change, over the whole block.
template <class T>
__device__ bool repeats_again(T change, bool first_pass, T tolerance, T& threshold) {
  if (first_pass) threshold = tolerance * change;
  return change > threshold || (first_pass && change > T{0});
}

}  // namespace nonneg::cuda
