// SPDX-License-Identifier: Apache-2.0
// For j = 1 … k in turn: f_j ← max(floor, f_j + (P_j − F·G_j − l1 − l2·f_j) / (G_jj + l2)),
// repeated per row; a component with G_jj + l2 = 0 is dead (formulas/row_step.hpp).
//
// Threads: groups of 8, 16 or 32 lanes hold 1 to 4 rows in registers (row_groups.cuh), and with
// each row its gradient F·G − P. The lane that owns component j moves it and shuffles its step to
// the group, and all lanes add step·G_j to their part of the gradient: one shuffle per component,
// where a fresh product F·G_j would take a reduction. What such sums lose to rounding is shed by
// forming the gradient anew before passes 0, 1, 2, 4, 8, …. G lies in shared memory (k <= 64) or in
// the cache. Above k = 768 (double: 512) a block takes a row at a time in shared memory. Reads F
// and P and writes F once, P anew with the gradient: 3·rows·k entries; 2·k² to 4·k² flops per row
// and pass. Bound by the latency of the chain of k steps, which the other warps hide. NaN in a row
// spreads over it and stops it.
#include "kernels/hals_update.hpp"
#include "kernels/wide_rows.cuh"

namespace nonneg::cuda {

namespace {

/// True for 0, 1, 2, 4, 8, …
__device__ bool forms_gradient(int pass) { return (pass & (pass - 1)) == 0; }

/// 1 / (G_jj + l2); 0 for a dead component.
template <class T>
__device__ T inverse_curvature(const T* G, Index ld, int j, T l2) {
  const T g_jj = G[j * ld + j];
  return is_dead(g_jj, l2) ? T{0} : T{1} / (g_jj + l2);
}

/// f after its step along `gradient` = F·G_j − P_j; of a dead component `inverse` is 0.
template <class T>
__device__ T moved(T f, T gradient, T inverse, const RowUpdate<T>& update) {
  const T next = coordinate_step(f, gradient, inverse, update);
  return inverse == T{0} ? dead_step(f, gradient, update) : next;
}

/// gradient = F·G − P.
template <class T, class Group>
__device__ void form_gradient(const LaneValues<T, Group>& f, const GramRows<T, Group>& gram,
                              const T* P, Index ldp, Index first, Index rows, int k,
                              LaneValues<T, Group>& gradient) {
  multiply(f, gram, k, gradient);
#pragma unroll
  for (int r = 0; r < Group::kRows; ++r) {
#pragma unroll
    for (int u = 0; u < Group::kPerLane; ++u) {
      const int c = Group::lane() + u * Group::kWidth;
      if (first + r < rows && c < k) gradient.at[r][u] -= P[(first + r) * ldp + c];
    }
  }
}

/// One pass over the group's rows, component by component.
template <class T, class Group>
__device__ void hals_pass(LaneValues<T, Group>& f, LaneValues<T, Group>& gradient,
                          const GramRows<T, Group>& gram, const T* inverses, int k,
                          const RowUpdate<T>& update, const ActiveRows<T, Group>& active,
                          T (&change)[Group::kRows]) {
  const int lane = Group::lane();
#pragma unroll
  for (int t = 0; t < Group::kPerLane; ++t) {
    const int count = min(Group::kWidth, k - t * Group::kWidth);
#pragma unroll Group::kUnroll
    for (int l = 0; l < count; ++l) {
      const int j = t * Group::kWidth + l;
      const T inverse = inverses[j];
      T row[Group::kPerLane];
      gram.load(j, row);
#pragma unroll
      for (int r = 0; r < Group::kRows; ++r) {
        // Every lane computes its own component's move; the owner's is the one that counts.
        const T value = moved(f.at[r][t], gradient.at[r][t], inverse, update);
        const T own_step = active[r] ? value - f.at[r][t] : T{0};
        if (lane == l && active[r]) {
          f.at[r][t] = value;
          change[r] += own_step * own_step;
        }
        const T step = __shfl_sync(kAllLanes, own_step, l, Group::kWidth);
#pragma unroll
        for (int u = 0; u < Group::kPerLane; ++u) gradient.at[r][u] += step * row[u];
      }
    }
  }
}

template <class T, class Group>
__global__ void __launch_bounds__(kThreads, 1)
    hals_update(T* F, Index ldf, const T* P, Index ldp, const T* G, Index ldg, Index rows, int k,
                RowUpdate<T> update, int repeats) {
  __shared__ T inverses[Group::kComponents];
  for (int j = static_cast<int>(threadIdx.x); j < k; j += kThreads) {
    inverses[j] = inverse_curvature(G, ldg, j, update.l2);
  }
  __syncthreads();
  const GramRows<T, Group> gram(G, ldg, k);
  for_each_row_group<Group>(rows, [&](Index first) {
    LaneValues<T, Group> f;
    LaneValues<T, Group> gradient;
    load_rows(F, ldf, first, rows, k, f);
    ActiveRows<T, Group> active(update, first, rows);
    for (int pass = 0; pass < repeats; ++pass) {
      if (forms_gradient(pass)) form_gradient(f, gram, P, ldp, first, rows, k, gradient);
      T change[Group::kRows] = {};
      hals_pass(f, gradient, gram, inverses, k, update, active, change);
      if (pass + 1 == repeats || !active.again(change, pass == 0, f)) break;
    }
    store_rows(f, F, ldf, first, rows, k);
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads, 1)
    hals_update_wide(T* F, Index ldf, const T* P, Index ldp, const T* G, Index ldg, Index rows,
                     int k, RowUpdate<T> update, int repeats) {
  T* f = wide_memory<T>();
  T* gradient = f + k;
  const int thread = static_cast<int>(threadIdx.x);
  for (Index i = blockIdx.x; i < rows; i += gridDim.x) {
    __syncthreads();  // the row before is stored
    for (int c = thread; c < k; c += kThreads) f[c] = F[i * ldf + c];
    T threshold = 0;
    for (int pass = 0; pass < repeats; ++pass) {
      __syncthreads();
      if (forms_gradient(pass)) {
        multiply_wide(f, G, ldg, k, gradient);
        for (int c = thread; c < k; c += kThreads) gradient[c] -= P[i * ldp + c];
      }
      T change = 0;
      for (int j = 0; j < k; ++j) {
        __syncthreads();
        const T value = moved(f[j], gradient[j], inverse_curvature(G, ldg, j, update.l2), update);
        const T step = value - f[j];
        __syncthreads();
        if (thread == 0) {
          f[j] = value;
          change += step * step;
        }
        for (int c = thread; c < k; c += kThreads) gradient[c] += step * G[j * ldg + c];
      }
      if (pass + 1 == repeats) break;
      change = block_sum(change);
      if (!repeats_wide(change, pass == 0, f, k, update, threshold)) break;
    }
    __syncthreads();
    for (int c = thread; c < k; c += kThreads) F[i * ldf + c] = f[c];
  }
}

}  // namespace

template <class T>
void launch_hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                        const RowUpdate<T>& update, cudaStream_t stream) {
  launch_row_update<T>(
      F, P, G, update, stream, "hals_update",
      []<class Group>(Group) { return hals_update<T, Group>; }, "hals_update_wide",
      hals_update_wide<T>);
}

template void launch_hals_update(MatrixView<float>, MatrixView<const float>,
                                 MatrixView<const float>, const RowUpdate<float>&, cudaStream_t);
template void launch_hals_update(MatrixView<double>, MatrixView<const double>,
                                 MatrixView<const double>, const RowUpdate<double>&, cudaStream_t);

}  // namespace nonneg::cuda
