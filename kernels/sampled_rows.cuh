// SPDX-License-Identifier: Apache-2.0
/// The model at the stored entries of sparse rows, and what becomes of it: sampled product,
/// quotient and accumulation in one pass.
#pragma once

#include "kernels/beta.cuh"
#include "kernels/sparse_rows.cuh"

namespace nonneg::cuda {

/// The rows of a factor, k components each.
template <class T>
struct FactorRows {
  T* data;
  Index ld;
  __device__ T* row(Index i) const { return data + i * ld; }
};

/// What a sampled kernel reads.
template <class T>
struct Sampled {
  SparseRows<T> A;
  FactorRows<const T> W;
  FactorRows<const T> Ht;
  Index k;
  BetaKind kind;
  Divergence<T> divergence;
  /// How many lanes a row's group has.
  int width;
};

/// The components of a row that are a lane's: lane, lane + width, … below k.
struct LaneComponents {
  int lane;
  int width;
  Index k;

  template <class Body>
  __device__ void for_each(const Body& body) const {
    for (Index c = lane; c < k; c += width) body(c);
  }
};

/// A lane's share of Σ_c w(c)·h(c), from memory; multiplied and added up in Sum.
template <class Sum, class T>
__device__ Sum lane_dot(const T* w, const T* h, const LaneComponents& own) {
  Sum sum = 0;
  own.for_each([&](Index c) { sum += static_cast<Sum>(w[c]) * static_cast<Sum>(h[c]); });
  return sum;
}

/// A lane's components of a row of a factor, in registers: kPerLane of them, 0 beyond k.
template <class T, int kPerLane>
struct LaneRow {
  T at[kPerLane];

  __device__ LaneRow(const T* row, const LaneComponents& own) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) {
      const Index c = own.lane + static_cast<Index>(u) * own.width;
      at[u] = c < own.k ? row[c] : T{0};
    }
  }
  __device__ T dot(const LaneRow& other, const LaneComponents& /*own*/) const {
    T sum = 0;
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) sum += at[u] * other.at[u];
    return sum;
  }
  /// Calls body(c, component c) for the lane's own.
  template <class Body>
  __device__ void for_each(const LaneComponents& own, const Body& body) const {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) {
      const Index c = own.lane + static_cast<Index>(u) * own.width;
      if (c < own.k) body(c, at[u]);
    }
  }
};

/// The same of a row of more components than registers hold: it stays in memory.
template <class T>
struct LaneRow<T, 0> {
  const T* row;

  __device__ LaneRow(const T* row, const LaneComponents& /*own*/) : row(row) {}
  __device__ T dot(const LaneRow& other, const LaneComponents& own) const {
    return lane_dot<T>(row, other.row, own);
  }
  template <class Body>
  __device__ void for_each(const LaneComponents& own, const Body& body) const {
    own.for_each([&](Index c) { body(c, row[c]); });
  }
};

/// One stored entry: its value, weight and column. Entries beyond the row's last have weight 0 and
/// column 0.
template <class T>
struct StoredEntry {
  T a;
  T weight;
  Index column;

  __device__ StoredEntry(const SparseRows<T>& A, Index first, Index s, Index count)
      : a(0), weight(0), column(0) {
    if (s >= count) return;
    a = A.values[first + s];
    weight = A.weights == nullptr ? T{1} : A.weights[first + s];
    column = A.columns[first + s];
  }
  /// Whether the entry was observed.
  __device__ bool counts() const { return is_observed(a, weight); }
};

}  // namespace nonneg::cuda
