// SPDX-License-Identifier: Apache-2.0
// Y(i, j) += X(i, j).
//
// Threads: neighbouring threads take neighbouring entries of a row; matrices without gaps are taken
// as one row. Moves 3·rows·cols entries; bound by memory. NaN passes through.
#include "kernels/add.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void add(const T* X, Index ldx, T* Y, Index ldy, Index rows, Index cols) {
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) Y[i * ldy + j] += X[i * ldx + j];
  }
}

}  // namespace

template <class T>
void launch_add(MatrixView<const T> X, MatrixView<T> Y, cudaStream_t stream) {
  if (X.empty()) return;
  const bool one_span = X.contiguous() && Y.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const dim3 grid = busy_grid(cols, Index{4} * kThreads, rows, 1);
  launch_kernel("add", {grid, kThreads, stream}, add<T>, X.data(), X.ld(), Y.data(), Y.ld(), rows,
                cols);
}

cudaError_t ask_for_code() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, add<float>);
}

template void launch_add(MatrixView<const float>, MatrixView<float>, cudaStream_t);
template void launch_add(MatrixView<const double>, MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
