// SPDX-License-Identifier: Apache-2.0
// out(i, j) = max(floor, X(i, j) + beta·(X(i, j) − s_j·Y(i, j))), s_j = sqrt(G(j, j) / GY(j, j)),
// then Y(i, j) = X(i, j). G and GY are the Gram matrices of X and Y.
//
// Threads: neighbouring threads take neighbouring entries; matrices without gaps are taken as one
// span. Moves 4·n·k entries and reads the diagonals from the cache; bound by memory. NaN passes
// through: it is not below the floor.
#include "formulas/extrapolation_step.hpp"
#include "kernels/extrapolate.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void extrapolate(const T* __restrict__ X, Index ldx, const T* __restrict__ G, Index ldg,
                            T* __restrict__ Y, Index ldy, const T* __restrict__ GY, Index ldgy,
                            const double* beta, T floor, T* __restrict__ out, Index ldo, Index rows,
                            Index cols, Index k) {
  const T step = static_cast<T>(*beta);
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) {
      const Index c = j % k;
      const T scale = sqrt(squared_rescaling(G[c * ldg + c], GY[c * ldgy + c]));
      const T x = X[i * ldx + j];
      out[i * ldo + j] = carried_on(x, Y[i * ldy + j], scale, step, floor);
      Y[i * ldy + j] = x;
    }
  }
}

}  // namespace

template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<const T> G, MatrixView<T> previous,
                        MatrixView<const T> previous_G, const double* beta, T floor,
                        MatrixView<T> out, cudaStream_t stream) {
  if (X.empty()) return;
  const bool one_span = X.contiguous() && previous.contiguous() && out.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const dim3 grid = busy_grid(cols, Index{4} * kThreads, rows, 1);
  launch_kernel("extrapolate", {grid, kThreads, stream}, extrapolate<T>, X.data(), X.ld(), G.data(),
                G.ld(), previous.data(), previous.ld(), previous_G.data(), previous_G.ld(), beta,
                floor, out.data(), out.ld(), rows, cols, X.cols());
}

template void launch_extrapolate(MatrixView<const float>, MatrixView<const float>,
                                 MatrixView<float>, MatrixView<const float>, const double*, float,
                                 MatrixView<float>, cudaStream_t);
template void launch_extrapolate(MatrixView<const double>, MatrixView<const double>,
                                 MatrixView<double>, MatrixView<const double>, const double*,
                                 double, MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
