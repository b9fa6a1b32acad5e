// SPDX-License-Identifier: Apache-2.0
// F(i, j) = max(floor, upper · u(key, first_row + i, j)).
//
// Threads: one entry each, in row order. Writes rows·cols entries once; bound by the generator's
// ten rounds of integer products. The arithmetic is src/formulas/philox.hpp's own, each step exact
// but the last product, so that every backend draws the same bits. upper = NaN gives NaN.
#include "formulas/at_least.hpp"
#include "formulas/philox.hpp"
#include "kernels/launch.cuh"
#include "kernels/uniform_fill.hpp"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void uniform_fill(T* F, Index ld, Index rows, Index cols, UniformKey key,
                             Index first_row, T upper, T floor) {
  for (Index e = grid_thread(); e < rows * cols; e += grid_threads()) {
    const Index i = e / cols;
    const Index j = e - i * cols;
    const T u = to_unit_interval<T>(random_bits(key, first_row + i, j));
    F[i * ld + j] = at_least(upper * u, floor);
  }
}

}  // namespace

template <class T>
void launch_uniform_fill(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor,
                         cudaStream_t stream) {
  if (F.empty()) return;
  launch_kernel("uniform_fill", {busy_grid(F.rows() * F.cols(), kThreads), kThreads, stream},
                uniform_fill<T>, F.data(), F.ld(), F.rows(), F.cols(), key, first_row, upper,
                floor);
}

template void launch_uniform_fill(MatrixView<float>, UniformKey, Index, float, float, cudaStream_t);
template void launch_uniform_fill(MatrixView<double>, UniformKey, Index, double, double,
                                  cudaStream_t);

}  // namespace nonneg::cuda
