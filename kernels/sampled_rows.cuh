/// The model at the stored entries of sparse rows, and what becomes of it: sampled product,
/// quotient and accumulation in one pass.
#pragma once

#include "kernels/beta.cuh"
#include "kernels/sparse_rows.cuh"

namespace nonneg::cuda {

/// A factor's rows, k components each.
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
  /// Lanes of a row's group.
  int width;
};

/// A lane's components of one row in registers: c = lane + u·width, u < kPerLane; 0 beyond k.
template <class T, int kPerLane>
struct LaneRow {
  T at[kPerLane];

  __device__ void load(const T* row, int lane, int width, Index k) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) {
      const Index c = lane + static_cast<Index>(u) * width;
      at[u] = c < k ? row[c] : T{0};
    }
  }
  __device__ T dot(const LaneRow& other) const {
    T sum = 0;
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) sum += at[u] * other.at[u];
    return sum;
  }
  __device__ void clear() {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) at[u] = 0;
  }
  __device__ void add_scaled(T factor, const LaneRow& x) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) at[u] += factor * x.at[u];
  }
  __device__ void store(T* row, int lane, int width, Index k) const {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) {
      const Index c = lane + static_cast<Index>(u) * width;
      if (c < k) row[c] = at[u];
    }
  }
};

/// A lane's share of Σ_c w(c)·h(c), from memory.
template <class T>
__device__ T lane_dot(const T* w, const T* h, int lane, int width, Index k) {
  T sum = 0;
  for (Index c = lane; c < k; c += width) sum += w[c] * h[c];
  return sum;
}

/// One stored entry: its value, weight and column. Beyond the row's last, of weight 0 and column 0.
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
  /// False for what was not observed.
  __device__ bool counts() const { return a == a && weight != T{0}; }
};

}  // namespace nonneg::cuda
