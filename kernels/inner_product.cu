// SPDX-License-Identifier: Apache-2.0
// ⟨X, Y⟩ = Σ X(i, j)·Y(i, j), products and sums in double.
//
// Threads: stride over the entries (one span) or over rows and columns; two stages, no atomics.
// Reads both matrices once; bound by memory. NaN gives NaN.
#include "kernels/inner_product.hpp"
#include "kernels/partial_sums.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(kThreads)
    inner_product(const T* X, Index ldx, const T* Y, Index ldy, Index rows, Index cols,
                  double* partials) {
  double sum = 0;
  for_each_entry(rows, cols, [&](Index i, Index j) {
    sum += static_cast<double>(X[i * ldx + j]) * static_cast<double>(Y[i * ldy + j]);
  });
  store_block_sum(sum, partials + blockIdx.x);
}

}  // namespace

template <class T>
void launch_inner_product(MatrixView<const T> X, MatrixView<const T> Y, double* workspace,
                          double* sums, cudaStream_t stream) {
  if (X.empty()) {
    check(cudaMemsetAsync(sums, 0, sizeof(double), stream), "cudaMemsetAsync", "an empty sum");
    return;
  }
  const bool one_span = X.contiguous() && Y.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const unsigned blocks = partial_count(rows * cols);
  launch_kernel("inner_product", {blocks, kThreads, stream}, inner_product<T>, X.data(), X.ld(),
                Y.data(), Y.ld(), rows, cols, workspace);
  launch_finish_sums(workspace, blocks, 1, sums, Onto::overwrite, stream);
}

template void launch_inner_product(MatrixView<const float>, MatrixView<const float>, double*,
                                   double*, cudaStream_t);
template void launch_inner_product(MatrixView<const double>, MatrixView<const double>, double*,
                                   double*, cudaStream_t);

}  // namespace nonneg::cuda
