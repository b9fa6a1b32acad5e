// SPDX-License-Identifier: Apache-2.0
// V ← weights ⊙ A ⊙ V^(β−2), D = weights ⊙ V^(β−1), with V no smaller than `least`.
//
// Threads: neighbouring threads take neighbouring entries; matrices without gaps are taken as one
// row. Reads A, V and the weights once, writes V and D once: 3 to 5 entries moved for each of A;
// bound by memory. NaN in A, or a weight of 0, gives 0 in both; NaN in V passes through.
#include "kernels/beta.cuh"
#include "kernels/beta_quotients.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
struct Rows {
  T* data;
  Index ld;
};

template <class T, BetaKind kKind>
__global__ void __launch_bounds__(kThreads, 4)
    beta_quotients(Rows<const T> A, Rows<const T> weights, Divergence<T> divergence, Rows<T> V,
                   Rows<T> D, Index rows, Index cols) {
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
#pragma unroll 1
    for (Index j = grid_thread(); j < cols; j += grid_threads()) {
      const T weight = weights.data == nullptr ? T{1} : weights.data[i * weights.ld + j];
      T* v = V.data + i * V.ld + j;
      const Quotient<T> q = quotient(kKind, A.data[i * A.ld + j], *v, weight, divergence);
      *v = q.numerator;
      if (D.data != nullptr) D.data[i * D.ld + j] = q.denominator;
    }
  }
}

/// Null where the matrix has no rows.
template <class T>
Rows<T> rows_of(MatrixView<T> X) {
  return {X.rows() > 0 ? X.data() : nullptr, X.ld()};
}

}  // namespace

template <class T>
void launch_beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                           const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D,
                           cudaStream_t stream) {
  if (A.empty()) return;
  const bool one_span = A.contiguous() && V.contiguous() &&
                        (weights.rows() == 0 || weights.contiguous()) &&
                        (D.rows() == 0 || D.contiguous());
  const Index rows = one_span ? 1 : A.rows();
  const Index cols = one_span ? A.rows() * A.cols() : A.cols();
  const dim3 grid = busy_grid(cols, Index{4} * kThreads, rows, 1);
  with_kind(beta_kind(divergence.beta), [&]<class Kind>(Kind) {
    launch_kernel("beta_quotients", {grid, kThreads, stream}, beta_quotients<T, Kind::kKind>,
                  rows_of(A), rows_of(weights), divergence, rows_of(V), rows_of(D), rows, cols);
  });
}

template void launch_beta_quotients(MatrixView<const float>, MatrixView<const float>,
                                    const Divergence<float>&, MatrixView<float>, MatrixView<float>,
                                    cudaStream_t);
template void launch_beta_quotients(MatrixView<const double>, MatrixView<const double>,
                                    const Divergence<double>&, MatrixView<double>,
                                    MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
