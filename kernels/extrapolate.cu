// out(i, j) = max(floor, X(i, j) + beta·(X(i, j) − Y(i, j))).
//
// Threads: neighbouring threads take neighbouring entries of a row; matrices without gaps are taken
// as one row. Moves 3·rows·cols entries; bound by memory. NaN passes through: it is not below the
// floor.
#include "kernels/extrapolate.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void extrapolate(const T* X, Index ldx, const T* Y, Index ldy, T beta, T floor, T* out,
                            Index ldo, Index rows, Index cols) {
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) {
      const T x = X[i * ldx + j];
      const T value = x + beta * (x - Y[i * ldy + j]);
      out[i * ldo + j] = value < floor ? floor : value;
    }
  }
}

}  // namespace

template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<const T> Y, T beta, T floor,
                        MatrixView<T> out, cudaStream_t stream) {
  if (X.empty()) return;
  const bool one_span = X.contiguous() && Y.contiguous() && out.contiguous();
  const Index rows = one_span ? 1 : X.rows();
  const Index cols = one_span ? X.rows() * X.cols() : X.cols();
  const dim3 grid(grid_size(cols, Index{4} * kThreads, 1 << 16), grid_size(rows, 1, 1 << 14));
  extrapolate<T><<<grid, kThreads, 0, stream>>>(X.data(), X.ld(), Y.data(), Y.ld(), beta, floor,
                                                out.data(), out.ld(), rows, cols);
  check_launch("extrapolate");
}

template void launch_extrapolate(MatrixView<const float>, MatrixView<const float>, float, float,
                                 MatrixView<float>, cudaStream_t);
template void launch_extrapolate(MatrixView<const double>, MatrixView<const double>, double, double,
                                 MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
