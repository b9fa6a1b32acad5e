// SPDX-License-Identifier: Apache-2.0
// Σ F(i, j), Σ F(i, j)² and the number of entries that are not finite, in double, in one pass.
//
// Threads: stride over the entries (one span) or over rows and columns; two stages, no atomics.
// Reads F once; bound by memory. NaN makes the first two sums NaN and is counted in the third.
#include "kernels/factor_sums.hpp"
#include "kernels/partial_sums.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(kThreads)
    factor_sums(const T* F, Index ld, Index rows, Index cols, double* partials) {
  double sum = 0;
  double squares = 0;
  double non_finite = 0;
  for_each_entry(rows, cols, [&](Index i, Index j) {
    const auto value = static_cast<double>(F[i * ld + j]);
    sum += value;
    squares += value * value;
    non_finite += isfinite(value) ? 0.0 : 1.0;
  });
  double* own = partials + blockIdx.x;
  store_block_sum(sum, own);
  store_block_sum(squares, own + gridDim.x);
  store_block_sum(non_finite, own + 2 * gridDim.x);
}

}  // namespace

template <class T>
void launch_factor_sums(MatrixView<const T> F, double* workspace, double* sums,
                        cudaStream_t stream) {
  constexpr Index kSums = 3;
  if (F.empty()) {
    check(cudaMemsetAsync(sums, 0, kSums * sizeof(double), stream), "cudaMemsetAsync",
          "the sums of an empty factor");
    return;
  }
  const Index rows = F.contiguous() ? 1 : F.rows();
  const Index cols = F.contiguous() ? F.rows() * F.cols() : F.cols();
  const unsigned blocks = partial_count(rows * cols);
  launch_kernel("factor_sums", {blocks, kThreads, stream}, factor_sums<T>, F.data(), F.ld(), rows,
                cols, workspace);
  launch_finish_sums(workspace, blocks, kSums, sums, Onto::overwrite, stream);
}

template void launch_factor_sums(MatrixView<const float>, double*, double*, cudaStream_t);
template void launch_factor_sums(MatrixView<const double>, double*, double*, cudaStream_t);

}  // namespace nonneg::cuda
