// SPDX-License-Identifier: Apache-2.0
/// How sparse rows are laid onto a warp: a group of `width` neighbouring lanes takes a row, and
/// its stored entries one after the other; each lane has every width-th component of the factors.
/// All lanes of a warp take the same path: the groups go on until the longest of their rows ends.
#pragma once

#include "kernels/launch.cuh"
#include "kernels/partial_counts.hpp"
#include "kernels/row_groups.cuh"
#include "nonneg/sparse_view.hpp"

namespace nonneg::cuda {

/// Blocks of kThreads for rows of k components, each row a group.
struct SparseLaunch {
  int width;
  unsigned blocks;
};

inline int sparse_width(Index k) {
  int width = 1;
  while (width < kWarp && width < k) width *= 2;
  return width;
}

inline SparseLaunch sparse_launch(Index rows, Index k) {
  const int width = sparse_width(k);
  return {width, busy_grid(rows, kThreads / width)};
}

/// The same for a first stage of sums, whose order must not depend on the device.
inline SparseLaunch sparse_partials_launch(Index rows, Index k) {
  const int width = sparse_width(k);
  return {width, grid_size(rows, kThreads / width, kMaxPartials)};
}

/// The largest `value` of the warp's lanes.
__device__ inline Index largest_of_warp(Index value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    const auto other = static_cast<Index>(
        __shfl_xor_sync(kAllLanes, static_cast<long long>(value), offset, kWarp));
    value = other > value ? other : value;
  }
  return value;
}

/// The sum over the lanes of each group, in all of them.
template <class T>
__device__ T sum_of_group(T value, int width) {
  for (int offset = width / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, offset, kWarp);
  }
  return value;
}

/// Calls body(i, first, count, longest, lane) for this group's share of the rows: the row has the
/// entries first … first + count - 1, and `longest` of the warp's rows has the most. A group
/// without a row is given row 0 with no entries and i = -1.
template <class T, class Body>
__device__ void for_each_sparse_row(const SparseRows<T>& A, int width, const Body& body) {
  const int lane = static_cast<int>(threadIdx.x) % width;
  const Index own = grid_thread() / width;
  const Index groups = grid_threads() / width;
  const Index rounds = (A.rows + groups - 1) / groups;
  for (Index round = 0; round < rounds; ++round) {
    const Index i = round * groups + own;
    const bool inside = i < A.rows;
    const Index first = inside ? A.row_offsets[i] - A.base : 0;
    const Index count = inside ? A.row_offsets[i + 1] - A.base - first : 0;
    body(inside ? i : Index{-1}, first, count, largest_of_warp(count), lane);
  }
}

}  // namespace nonneg::cuda
