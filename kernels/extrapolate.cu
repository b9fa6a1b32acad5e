// out(i, j) = max(floor, X(i, j) + beta·(X(i, j) − Y(i, j))), then Y(i, j) = X(i, j).
//
// Threads: neighbouring threads take neighbouring entries of a row; matrices without gaps are taken
// as one row. Moves 4·rows·cols entries; bound by memory. NaN passes through: it is not below the
// floor.
#include "formulas/at_least.hpp"
#include "kernels/extrapolate.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void extrapolate(const T* __restrict__ X, Index ldx, T* __restrict__ Y, Index ldy,
                            const double* beta, T floor, T* __restrict__ out, Index ldo, Index rows,
                            Index cols) {
  const T step = static_cast<T>(*beta);
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) {
      const T x = X[i * ldx + j];
      out[i * ldo + j] = at_least(x + step * (x - Y[i * ldy + j]), floor);
      Y[i * ldy + j] = x;
    }
  }
}

}  // namespace

template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<T> previous, const double* beta, T floor,
                        MatrixView<T> out, cudaStream_t stream) {
  if (X.empty()) return;
  const bool one_span = X.contiguous() && previous.contiguous() && out.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const dim3 grid(grid_size(cols, Index{4} * kThreads, 1 << 16), grid_size(rows, 1, 1 << 14));
  extrapolate<T><<<grid, kThreads, 0, stream>>>(X.data(), X.ld(), previous.data(), previous.ld(),
                                                beta, floor, out.data(), out.ld(), rows, cols);
  check_launch("extrapolate");
}

template void launch_extrapolate(MatrixView<const float>, MatrixView<float>, const double*, float,
                                 MatrixView<float>, cudaStream_t);
template void launch_extrapolate(MatrixView<const double>, MatrixView<double>, const double*,
                                 double, MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
