// SPDX-License-Identifier: Apache-2.0
// Σ weight·d_β(a, v) over the stored entries of sparse rows, v = Σ_c W(i, c)·Ht(j, c), less
// d_β(0, v) where the zeros are summed elsewhere; sums in double. Divergences and their model are
// in T; in double where they lack d_β(0, v), as both sums cancel.
//
// Threads: as kernels/sparse_rows.cuh lays them out; two stages, no atomics. Reads each entry of A
// once and a row of Ht for it; bound by those reads. An entry that is NaN or of weight 0 has no
// share; NaN in the factors gives NaN.
#include <type_traits>

#include "formulas/divergence.hpp"
#include "kernels/partial_sums.cuh"
#include "kernels/sampled_divergence.hpp"
#include "kernels/sampled_rows.cuh"

namespace nonneg::cuda {

namespace {

template <class T, bool kZerosObserved>
__global__ void __launch_bounds__(kThreads, 2)
    sampled_divergence(Sampled<T> given, double* partials) {
  using Model = std::conditional_t<kZerosObserved, double, T>;
  const DivergenceTerms<Model> terms(given.divergence.beta);
  const auto least = static_cast<Model>(given.divergence.least);
  double sum = 0;
  for_each_sparse_row(
      given.A, given.width, [&](Index i, Index first, Index count, Index longest, int lane) {
        const LaneComponents own{lane, given.width, given.k};
        const T* w_row = given.W.row(i >= 0 ? i : 0);
        for (Index s = 0; s < longest; ++s) {
          const StoredEntry<T> entry(given.A, first, s, count);
          const Model share = lane_dot<Model>(w_row, given.Ht.row(entry.column), own);
          const Model v = at_least(sum_of_group(share, given.width), least);
          if (lane > 0 || !entry.counts()) continue;
          const auto a = static_cast<Model>(entry.a);
          sum += static_cast<double>(entry.weight) *
                 (kZerosObserved ? divergence_beyond_zero(given.kind, a, v, terms)
                                 : entry_divergence(given.kind, a, v, terms));
        }
      });
  store_block_sum(sum, partials + blockIdx.x);
}

}  // namespace

template <class T>
void launch_add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W,
                                   MatrixView<const T> Ht, const Divergence<T>& divergence,
                                   bool zeros_observed, double* workspace, double* sums,
                                   cudaStream_t stream) {
  if (A.entries == 0) return;
  const SparseLaunch launch = sparse_partials_launch(A.rows, W.cols());
  const Sampled<T> sampled{A,           {W.data(), W.ld()},         {Ht.data(), Ht.ld()},
                           W.cols(),    beta_kind(divergence.beta), divergence,
                           launch.width};
  const auto kernel = zeros_observed ? sampled_divergence<T, true> : sampled_divergence<T, false>;
  launch_kernel("sampled_divergence", {launch.blocks, kThreads, stream}, kernel, sampled,
                workspace);
  launch_finish_sums(workspace, launch.blocks, 1, sums, Onto::add, stream);
}

template void launch_add_sampled_divergence(const SparseRows<float>&, MatrixView<const float>,
                                            MatrixView<const float>, const Divergence<float>&, bool,
                                            double*, double*, cudaStream_t);
template void launch_add_sampled_divergence(const SparseRows<double>&, MatrixView<const double>,
                                            MatrixView<const double>, const Divergence<double>&,
                                            bool, double*, double*, cudaStream_t);

}  // namespace nonneg::cuda
