// SPDX-License-Identifier: Apache-2.0
// Σ weight·d_β(A(i, j), v), v = Σ_c W(i, c)·Ht(j, c): model and divergences in T, sums in double.
//
// Threads: as kernels/model_tiles.cuh lays them out. Reads A and the weights once; bound by A's
// memory traffic for small k, by logarithms and products else. An entry that is NaN in A or of
// weight 0 has no share; NaN in the factors gives NaN.
#include "formulas/at_least.hpp"
#include "formulas/divergence.hpp"
#include "kernels/model_divergence.hpp"
#include "kernels/model_tiles.cuh"
#include "kernels/partial_sums.cuh"

namespace nonneg::cuda {

namespace {

template <class T, BetaKind kKind>
__global__ void __launch_bounds__(kThreads, 2)
    model_divergence(const T* A, Index lda, Index m, Index n, const T* weights, Index ld_weights,
                     const T* W, Index ldw, const T* Ht, Index ldh, Index k,
                     Divergence<T> divergence, double* partials) {
  const DivergenceTerms<T> terms(divergence.beta);
  double sum = 0;
  for_each_model_entry(W, ldw, m, Ht, ldh, n, k, [&](Index i, Index j, T v) {
    const T a = A[i * lda + j];
    const T weight = weights == nullptr ? T{1} : weights[i * ld_weights + j];
    if (!is_observed(a, weight)) return;
    sum += static_cast<double>(weight) *
           entry_divergence(kKind, a, at_least(v, divergence.least), terms);
  });
  store_block_sum(sum, partials + blockIdx.x);
}

}  // namespace

template <class T>
void launch_model_divergence(MatrixView<const T> A, MatrixView<const T> weights,
                             MatrixView<const T> W, MatrixView<const T> Ht,
                             const Divergence<T>& divergence, double* workspace, double* sums,
                             cudaStream_t stream) {
  if (A.empty()) return;
  const unsigned blocks = grid_size(tile_count(A.rows(), A.cols()), 1, kMaxPartials);
  const T* weight_data = weights.rows() > 0 ? weights.data() : nullptr;
  with_kind(beta_kind(divergence.beta), [&]<class Kind>(Kind) {
    launch_kernel("model_divergence", {blocks, kThreads, stream}, model_divergence<T, Kind::kKind>,
                  A.data(), A.ld(), A.rows(), A.cols(), weight_data, weights.ld(), W.data(), W.ld(),
                  Ht.data(), Ht.ld(), W.cols(), divergence, workspace);
  });
  launch_finish_sums(workspace, blocks, 1, sums, Onto::add, stream);
}

template void launch_model_divergence(MatrixView<const float>, MatrixView<const float>,
                                      MatrixView<const float>, MatrixView<const float>,
                                      const Divergence<float>&, double*, double*, cudaStream_t);
template void launch_model_divergence(MatrixView<const double>, MatrixView<const double>,
                                      MatrixView<const double>, MatrixView<const double>,
                                      const Divergence<double>&, double*, double*, cudaStream_t);

}  // namespace nonneg::cuda
