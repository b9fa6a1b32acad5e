// SPDX-License-Identifier: Apache-2.0
/// How the row updates are laid onto a warp. A group of kWidth neighbouring lanes holds kRows rows,
/// component c of each in the register c / kWidth of lane c % kWidth; a warp has 32 / kWidth
/// groups. Everything that one row needs of another's components goes through warp shuffles, and
/// all lanes of a warp take the same path.
#pragma once

#include "formulas/row_step.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

inline constexpr unsigned kAllLanes = 0xFFFFFFFFU;
inline constexpr int kWarp = 32;
inline constexpr int kWarpsPerBlock = kThreads / kWarp;
/// Passes are counted in an int on the device.
inline constexpr Index kMaxRepeats = 1 << 30;

template <int kWidthOf, int kPerLaneOf>
struct RowGroup {
  static constexpr int kWidth = kWidthOf;
  /// How many components a lane has in registers.
  static constexpr int kPerLane = kPerLaneOf;
  /// So many rows share each entry of G that is read from shared memory or the cache.
  static constexpr int kRows = kPerLane <= 2 ? 4 : (kPerLane <= 8 ? 2 : 1);
  /// Loops over a row take so many components at a time: one where the code is long already.
  static constexpr int kUnroll = kPerLane <= 2 ? 4 : 1;
  static constexpr int kComponents = kWidth * kPerLane;
  static constexpr int kRowsPerWarp = kWarp / kWidth * kRows;
  /// G lies in shared memory where that takes at most 32 KiB; else it is read through the cache.
  static constexpr bool kGramInShared = kComponents <= 64;

  /// This lane's place in its group, and the first of its group's rows within the warp's.
  __device__ static int lane() { return static_cast<int>(threadIdx.x) % kWidth; }
  __device__ static int first_row() {
    return static_cast<int>(threadIdx.x) % kWarp / kWidth * kRows;
  }
};

/// One value for each of a lane's rows and components.
template <class T, class Group>
struct LaneValues {
  T at[Group::kRows][Group::kPerLane];
};

/// G's rows as a group's lanes read them.
template <class T, class Group>
class GramRows {
 public:
  /// All threads of the block must come here. Shared memory is the block's own.
  __device__ GramRows(const T* G, Index ld, int k) : G_(G), ld_(ld), k_(k) {
    if constexpr (Group::kGramInShared) {
      T* shared = shared_memory();
      for (int e = static_cast<int>(threadIdx.x); e < k * Group::kComponents; e += kThreads) {
        const int l = e / Group::kComponents;
        const int c = e % Group::kComponents;
        shared[e] = c < k ? G[l * ld + c] : T{0};
      }
      __syncthreads();
    }
  }

  /// This lane's components of row l; 0 beyond the last.
  __device__ void load(int l, T (&row)[Group::kPerLane]) const {
    const int lane = Group::lane();
#pragma unroll
    for (int u = 0; u < Group::kPerLane; ++u) {
      const int c = lane + u * Group::kWidth;
      if constexpr (Group::kGramInShared) {
        row[u] = shared_memory()[l * Group::kComponents + c];
      } else {
        row[u] = c < k_ ? __ldg(G_ + l * ld_ + c) : T{0};
      }
    }
  }

 private:
  __device__ static T* shared_memory() {
    __shared__ T shared[Group::kGramInShared ? Group::kComponents * Group::kComponents : 1];
    return shared;
  }

  const T* G_;
  Index ld_;
  int k_;
};

/// product = F·G for the group's rows.
template <class T, class Group>
__device__ void multiply(const LaneValues<T, Group>& F, const GramRows<T, Group>& G, int k,
                         LaneValues<T, Group>& product) {
#pragma unroll
  for (int r = 0; r < Group::kRows; ++r) {
#pragma unroll
    for (int u = 0; u < Group::kPerLane; ++u) product.at[r][u] = T{0};
  }
#pragma unroll
  for (int t = 0; t < Group::kPerLane; ++t) {
    const int count = min(Group::kWidth, k - t * Group::kWidth);
#pragma unroll Group::kUnroll
    for (int l = 0; l < count; ++l) {
      T row[Group::kPerLane];
      G.load(t * Group::kWidth + l, row);
#pragma unroll
      for (int r = 0; r < Group::kRows; ++r) {
        const T f = __shfl_sync(kAllLanes, F.at[r][t], l, Group::kWidth);
#pragma unroll
        for (int u = 0; u < Group::kPerLane; ++u) product.at[r][u] += f * row[u];
      }
    }
  }
}

/// The sum over a group's lanes, the same bits in each.
template <class Group, class T>
__device__ T group_sum(T value) {
#pragma unroll
  for (int offset = Group::kWidth / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, offset, Group::kWidth);
  }
  return value;
}

/// Which of a group's rows still repeat (see RowUpdate).
template <class T, class Group>
class ActiveRows {
 public:
  /// Rows first … of F are active as far as they exist.
  __device__ ActiveRows(const RowUpdate<T>& update, Index first, Index rows)
      : tolerance_(update.repeat_tolerance), until_settled_(update.until_settled) {
#pragma unroll
    for (int r = 0; r < Group::kRows; ++r) active_[r] = first + r < rows;
  }

  __device__ bool operator[](int r) const { return active_[r]; }

  /// Notes a pass that left the rows at `f`, from each lane's own squared changes; false when no
  /// row of the warp goes on.
  __device__ bool again(const T (&lane_change)[Group::kRows], bool first_pass,
                        const LaneValues<T, Group>& f) {
    bool any = false;
#pragma unroll
    for (int r = 0; r < Group::kRows; ++r) {
      const T change = group_sum<Group>(lane_change[r]);
      bool on;
      if (until_settled_) {
        T norm = T{0};
#pragma unroll
        for (int u = 0; u < Group::kPerLane; ++u) norm += f.at[r][u] * f.at[r][u];
        on = still_moves(change, group_sum<Group>(norm), tolerance_);
      } else {
        on = repeats_again(change, first_pass, tolerance_, threshold_[r]);
      }
      active_[r] = active_[r] && on;
      any = any || active_[r];
    }
    return __any_sync(kAllLanes, any ? 1 : 0) != 0;
  }

 private:
  T tolerance_;
  bool until_settled_;
  T threshold_[Group::kRows];
  bool active_[Group::kRows];
};

/// Reads the group's rows, first …, of X; 0 where there is none.
template <class T, class Group>
__device__ void load_rows(const T* X, Index ld, Index first, Index rows, int k,
                          LaneValues<T, Group>& values) {
#pragma unroll
  for (int r = 0; r < Group::kRows; ++r) {
#pragma unroll
    for (int u = 0; u < Group::kPerLane; ++u) {
      const int c = Group::lane() + u * Group::kWidth;
      values.at[r][u] = first + r < rows && c < k ? X[(first + r) * ld + c] : T{0};
    }
  }
}

template <class T, class Group>
__device__ void store_rows(const LaneValues<T, Group>& values, T* X, Index ld, Index first,
                           Index rows, int k) {
#pragma unroll
  for (int r = 0; r < Group::kRows; ++r) {
#pragma unroll
    for (int u = 0; u < Group::kPerLane; ++u) {
      const int c = Group::lane() + u * Group::kWidth;
      if (first + r < rows && c < k) X[(first + r) * ld + c] = values.at[r][u];
    }
  }
}

/// Calls body(first row of this lane's group) for the warp's share of the rows.
template <class Group, class Body>
__device__ void for_each_row_group(Index rows, const Body& body) {
  const Index warp = static_cast<Index>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
  const Index stride = static_cast<Index>(gridDim.x) * kWarpsPerBlock * Group::kRowsPerWarp;
  for (Index base = warp * Group::kRowsPerWarp; base < rows; base += stride) {
    body(base + Group::first_row());
  }
}

/// The largest k that the groups hold in registers without spilling them.
template <class T>
inline constexpr Index kMaxInRegisters = sizeof(T) == sizeof(float) ? 768 : 512;

/// Calls body with a `Group` value that holds k components of T, k <= kMaxInRegisters<T>.
template <class T, class Body>
void with_row_group(Index k, const Body& body) {
  if (k <= 8) return body(RowGroup<8, 1>());
  if (k <= 16) return body(RowGroup<16, 1>());
  if (k <= 32) return body(RowGroup<32, 1>());
  if (k <= 64) return body(RowGroup<32, 2>());
  if (k <= 128) return body(RowGroup<32, 4>());
  if (k <= 256) return body(RowGroup<32, 8>());
  if (k <= 512) return body(RowGroup<32, 16>());
  if constexpr (sizeof(T) == sizeof(float)) body(RowGroup<32, 24>());
}

}  // namespace nonneg::cuda
