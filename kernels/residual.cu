// Σ (A(i, j) − Σ_c W(i, c)·Ht(j, c))²: the model in T, differences and sums in double.
//
// Threads: as kernels/model_tiles.cuh lays them out. Reads A once; bound by A's memory traffic
// below k of about 50 in float32, by arithmetic above. NaN gives NaN.
#include "kernels/model_tiles.cuh"
#include "kernels/partial_sums.cuh"
#include "kernels/residual.hpp"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(kThreads)
    residual(const T* A, Index lda, Index m, Index n, const T* W, Index ldw, const T* Ht, Index ldh,
             Index k, double* partials) {
  double sum = 0;
  for_each_model_entry(W, ldw, m, Ht, ldh, n, k, [&](Index i, Index j, T v) {
    const double difference = static_cast<double>(A[i * lda + j]) - static_cast<double>(v);
    sum += difference * difference;
  });
  store_block_sum(sum, partials + blockIdx.x);
}

}  // namespace

template <class T>
void launch_residual(MatrixView<const T> A, MatrixView<const T> W, MatrixView<const T> Ht,
                     double* workspace, double* sums, cudaStream_t stream) {
  if (A.empty()) return;
  const unsigned blocks = grid_size(tile_count(A.rows(), A.cols()), 1, kMostPartials);
  residual<T><<<blocks, kThreads, 0, stream>>>(A.data(), A.ld(), A.rows(), A.cols(), W.data(),
                                               W.ld(), Ht.data(), Ht.ld(), W.cols(), workspace);
  check_launch("residual");
  launch_finish_sums(workspace, blocks, 1, sums, Onto::add, stream);
}

template void launch_residual(MatrixView<const float>, MatrixView<const float>,
                              MatrixView<const float>, double*, double*, cudaStream_t);
template void launch_residual(MatrixView<const double>, MatrixView<const double>,
                              MatrixView<const double>, double*, double*, cudaStream_t);

}  // namespace nonneg::cuda
