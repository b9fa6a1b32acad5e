// SPDX-License-Identifier: Apache-2.0
/// The entries of the model W·Htᵀ, a tile at a time: the model is never stored.
///
/// A block strides over tiles of 64 × 64 entries, and each of its 16 × 16 threads holds 4 × 4 of
/// them in registers; 16 components of W and Ht at a time pass through shared memory. Reads W and
/// Ht once per tile row and column.
#pragma once

#include "kernels/launch.cuh"

namespace nonneg::cuda {

inline constexpr int kTile = 64;
inline constexpr int kTileSide = 16;                // threads along a side of the tile
inline constexpr int kTileOwn = kTile / kTileSide;  // entries of a thread along a side
inline constexpr int kTileDepth = 16;               // components at a time
static_assert(kTileSide * kTileSide == kThreads);

/// Tiles that m × n entries are cut into.
constexpr Index tile_count(Index m, Index n) {
  return ((m + kTile - 1) / kTile) * ((n + kTile - 1) / kTile);
}

template <class T>
union TileMemory {
  /// Of W and of Ht: [c][r] is component c of row r.
  T slabs[2][kTileDepth][kTile + 1];
  /// Each thread's own entries of the model, so that one copy of the body serves them all.
  T model[kTileOwn * kTileOwn][kThreads];
};

/// slab[c][r] = X(first_row + r, first_component + c), 0 outside of X.
template <class T>
__device__ void load_slab(T (&slab)[kTileDepth][kTile + 1], const T* X, Index ld, Index first_row,
                          Index rows, Index first_component, Index components) {
  for (int e = static_cast<int>(threadIdx.x); e < kTile * kTileDepth; e += kThreads) {
    const int c = e % kTileDepth;
    const int r = e / kTileDepth;
    const bool inside = first_row + r < rows && first_component + c < components;
    slab[c][r] = inside ? X[(first_row + r) * ld + first_component + c] : T{0};
  }
}

/// Calls body(i, j, v) for this thread's share of the entries. All threads of a block of kThreads
/// must come here.
template <class T, class Body>
__device__ void for_each_model_entry(const T* W, Index ldw, Index m, const T* Ht, Index ldh,
                                     Index n, Index k, const Body& body) {
  __shared__ TileMemory<T> memory;
  const int own_row = static_cast<int>(threadIdx.x) / kTileSide;
  const int own_col = static_cast<int>(threadIdx.x) % kTileSide;
  const Index tiles_across = (n + kTile - 1) / kTile;
  const Index tiles = tile_count(m, n);
  for (Index tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const Index first_row = tile / tiles_across * kTile;
    const Index first_col = tile % tiles_across * kTile;
    T model[kTileOwn][kTileOwn] = {};
    for (Index c = 0; c < k; c += kTileDepth) {
      load_slab(memory.slabs[0], W, ldw, first_row, m, c, k);
      load_slab(memory.slabs[1], Ht, ldh, first_col, n, c, k);
      __syncthreads();
#pragma unroll
      for (int d = 0; d < kTileDepth; ++d) {
        T w[kTileOwn];
        T h[kTileOwn];
#pragma unroll
        for (int e = 0; e < kTileOwn; ++e) {
          w[e] = memory.slabs[0][d][own_row + e * kTileSide];
          h[e] = memory.slabs[1][d][own_col + e * kTileSide];
        }
#pragma unroll
        for (int a = 0; a < kTileOwn; ++a) {
#pragma unroll
          for (int b = 0; b < kTileOwn; ++b) model[a][b] += w[a] * h[b];
        }
      }
      __syncthreads();
    }
#pragma unroll
    for (int a = 0; a < kTileOwn; ++a) {
#pragma unroll
      for (int b = 0; b < kTileOwn; ++b) memory.model[a * kTileOwn + b][threadIdx.x] = model[a][b];
    }
#pragma unroll 1
    for (int e = 0; e < kTileOwn * kTileOwn; ++e) {
      const Index i = first_row + own_row + e / kTileOwn * kTileSide;
      const Index j = first_col + own_col + e % kTileOwn * kTileSide;
      if (i < m && j < n) body(i, j, memory.model[e][threadIdx.x]);
    }
    __syncthreads();  // the next tile's slabs take the same memory
  }
}

}  // namespace nonneg::cuda
