// SPDX-License-Identifier: Apache-2.0
// out = X where a condition in device memory holds.
//
// Threads: neighbouring threads take neighbouring entries of a row; matrices without gaps are taken
// as one row. Moves nothing but the condition where it does not hold, else 2·rows·cols entries;
// bound by memory.
#include "kernels/copy_if.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void copy_if(const double* condition, const T* X, Index ldx, T* out, Index ldo,
                        Index rows, Index cols) {
  if (*condition == 0) return;
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) out[i * ldo + j] = X[i * ldx + j];
  }
}

}  // namespace

template <class T>
void launch_copy_if(const double* condition, MatrixView<const T> X, MatrixView<T> out,
                    cudaStream_t stream) {
  if (X.empty()) return;
  const bool one_span = X.contiguous() && out.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const dim3 grid = busy_grid(cols, Index{4} * kThreads, rows, 1);
  launch_kernel("copy_if", {grid, kThreads, stream}, copy_if<T>, condition, X.data(), X.ld(),
                out.data(), out.ld(), rows, cols);
}

template void launch_copy_if(const double*, MatrixView<const float>, MatrixView<float>,
                             cudaStream_t);
template void launch_copy_if(const double*, MatrixView<const double>, MatrixView<double>,
                             cudaStream_t);

}  // namespace nonneg::cuda
