// SPDX-License-Identifier: Apache-2.0
// F ← max(floor, F ⊙ P ⊘ (F·G + l1 + l2·F)), repeated per row; an entry whose denominator is 0
// stays. For k <= 64, and for several passes; else F·G is a product of its own (ratio_update.cu).
//
// Threads: groups of 8, 16 or 32 lanes hold 1 to 4 rows in registers (row_groups.cuh); F·G is
// formed there, by shuffles, from G in shared memory (k <= 64) or in the cache, and never stored.
// Above k = 768 (double: 512) a block takes a row at a time in shared memory. Reads F and P and
// writes F once, and G once per block: 3·rows·k entries, whatever the repeats but for P; 2·k² flops
// per row and pass. Bound by memory for small k, by the shuffles and reads of G above. NaN in a row
// stays in it.
#include "kernels/multiplicative_update.hpp"
#include "kernels/wide_rows.cuh"

namespace nonneg::cuda {

namespace {

template <class T, class Group>
__global__ void __launch_bounds__(kThreads, 1)
    multiplicative_update(T* F, Index ldf, const T* P, Index ldp, const T* G, Index ldg, Index rows,
                          int k, RowUpdate<T> update, int repeats) {
  const GramRows<T, Group> gram(G, ldg, k);
  for_each_row_group<Group>(rows, [&](Index first) {
    LaneValues<T, Group> f;
    load_rows(F, ldf, first, rows, k, f);
    ActiveRows<T, Group> active(update, first, rows);
    for (int pass = 0; pass < repeats; ++pass) {
      LaneValues<T, Group> product;
      multiply(f, gram, k, product);
      T change[Group::kRows];
#pragma unroll
      for (int r = 0; r < Group::kRows; ++r) {
        change[r] = T{0};
#pragma unroll
        for (int u = 0; u < Group::kPerLane; ++u) {
          const int c = Group::lane() + u * Group::kWidth;
          if (!active[r] || c >= k) continue;
          const T p = P[(first + r) * ldp + c];
          const T value = ratio_step(f.at[r][u], p, product.at[r][u], update);
          const T step = value - f.at[r][u];
          change[r] += step * step;
          f.at[r][u] = value;
        }
      }
      if (pass + 1 == repeats || !active.again(change, pass == 0, f)) break;
    }
    store_rows(f, F, ldf, first, rows, k);
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads, 1)
    multiplicative_update_wide(T* F, Index ldf, const T* P, Index ldp, const T* G, Index ldg,
                               Index rows, int k, RowUpdate<T> update, int repeats) {
  T* f = wide_memory<T>();
  T* product = f + k;
  for (Index i = blockIdx.x; i < rows; i += gridDim.x) {
    for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) f[c] = F[i * ldf + c];
    T threshold = 0;
    for (int pass = 0; pass < repeats; ++pass) {
      __syncthreads();
      multiply_wide(f, G, ldg, k, product);
      __syncthreads();
      T change = 0;
      for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) {
        const T value = ratio_step(f[c], P[i * ldp + c], product[c], update);
        change += (value - f[c]) * (value - f[c]);
        f[c] = value;
      }
      if (pass + 1 == repeats) break;
      change = block_sum(change);
      if (!repeats_wide(change, pass == 0, f, k, update, threshold)) break;
    }
    // Each thread stores the components that it updated itself.
    for (int c = static_cast<int>(threadIdx.x); c < k; c += kThreads) F[i * ldf + c] = f[c];
  }
}

}  // namespace

template <class T>
void launch_multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                                  const RowUpdate<T>& update, cudaStream_t stream) {
  launch_row_update<T>(
      F, P, G, update, stream, "multiplicative_update",
      []<class Group>(Group) { return multiplicative_update<T, Group>; },
      "multiplicative_update_wide", multiplicative_update_wide<T>);
}

template void launch_multiplicative_update(MatrixView<float>, MatrixView<const float>,
                                           MatrixView<const float>, const RowUpdate<float>&,
                                           cudaStream_t);
template void launch_multiplicative_update(MatrixView<double>, MatrixView<const double>,
                                           MatrixView<const double>, const RowUpdate<double>&,
                                           cudaStream_t);

}  // namespace nonneg::cuda
