// SPDX-License-Identifier: Apache-2.0
// Σ v = Σ_c (Σ_i W(i, c))·(Σ_j Ht(j, c)) and ½·Σ v² = ½·⟨WᵀW, HtᵀHt⟩, without v = W·Htᵀ; in double
// and in a fixed order.
//
// Threads: for the Gram matrices a block takes 16 × 16 of their entries, one each thread, and every
// so many rows of the factor, 16 at a time through shared memory; 128 × 128 entries at a time leave
// partial sums, one for each share of the rows. A last kernel adds these up and multiplies. Reads
// the factors k / 128 times for each 16 components; bound by arithmetic in double. NaN gives NaN.
#include "kernels/model_sum.hpp"
#include "kernels/partial_sums.cuh"

namespace nonneg::cuda {

namespace {

constexpr int kSide = 16;
static_assert(kSide * kSide == kThreads);
/// Components of a Gram matrix at a time, along each side.
constexpr Index kGramSide = 128;
constexpr Index kMaxShares = kColumnSumDoubles / (kGramSide * kGramSide);
constexpr Index kRowsPerShare = 1024;

template <class T>
__device__ void load_rows(double (&slab)[kSide][kSide + 1], const T* F, Index ld, Index first_row,
                          Index rows, Index first_component, Index components) {
  const int r = static_cast<int>(threadIdx.x) / kSide;
  const int c = static_cast<int>(threadIdx.x) % kSide;
  const bool inside = first_row + r < rows && first_component + c < components;
  slab[r][c] = inside ? static_cast<double>(F[(first_row + r) * ld + first_component + c]) : 0.0;
}

/// partials[share][a][b] = Σ over the share's rows of F(i, first_a + a)·F(i, first_b + b).
template <class T>
__global__ void __launch_bounds__(kThreads)
    gram_partials(const T* F, Index ld, Index rows, Index k, Index first_a, Index first_b,
                  Index a_count, Index b_count, double* partials) {
  __shared__ double a_slab[kSide][kSide + 1];
  __shared__ double b_slab[kSide][kSide + 1];
  const int own_a = static_cast<int>(threadIdx.x) / kSide;
  const int own_b = static_cast<int>(threadIdx.x) % kSide;
  const Index a = static_cast<Index>(blockIdx.x) * kSide;
  const Index b = static_cast<Index>(blockIdx.y) * kSide;
  double sum = 0;
  for (Index i = static_cast<Index>(blockIdx.z) * kSide; i < rows;
       i += static_cast<Index>(gridDim.z) * kSide) {
    load_rows(a_slab, F, ld, i, rows, first_a + a, k);
    load_rows(b_slab, F, ld, i, rows, first_b + b, k);
    __syncthreads();
#pragma unroll
    for (int r = 0; r < kSide; ++r) sum += a_slab[r][own_a] * b_slab[r][own_b];
    __syncthreads();
  }
  if (a + own_a >= a_count || b + own_b >= b_count) return;
  partials[(blockIdx.z * a_count + a + own_a) * b_count + b + own_b] = sum;
}

/// Σ_e (Σ_s w[s][e])·(Σ_s h[s][e]) · factor.
__global__ void __launch_bounds__(kThreads, 4)
    sum_products(const double* w, Index w_shares, const double* h, Index h_shares, Index count,
                 double factor, double* partials) {
  double sum = 0;
  for (Index e = grid_thread(); e < count; e += grid_threads()) {
    double w_sum = 0;
    double h_sum = 0;
    for (Index s = 0; s < w_shares; ++s) w_sum += w[s * count + e];
    for (Index s = 0; s < h_shares; ++s) h_sum += h[s * count + e];
    sum += w_sum * h_sum;
  }
  store_block_sum(factor * sum, partials + blockIdx.x);
}

void add_products(const double* workspace, Index w_shares, Index h_shares, Index count,
                  double factor, double* partials, double* sums, cudaStream_t stream) {
  const unsigned blocks = grid_size(count, kThreads, kMaxPartials);
  launch_kernel("sum_products", {blocks, kThreads, stream}, sum_products, workspace, w_shares,
                workspace + kColumnSumDoubles, h_shares, count, factor, partials);
  launch_finish_sums(partials, blocks, 1, sums, Onto::add, stream);
}

template <class T>
Index launch_gram_partials(MatrixView<const T> F, Index a, Index b, Index a_count, Index b_count,
                           double* partials, cudaStream_t stream) {
  const Index shares = grid_size(F.rows(), kRowsPerShare, kMaxShares);
  const dim3 grid(grid_size(a_count, kSide, kGramSide), grid_size(b_count, kSide, kGramSide),
                  static_cast<unsigned>(shares));
  launch_kernel("gram_partials", {grid, kThreads, stream}, gram_partials<T>, F.data(), F.ld(),
                F.rows(), F.cols(), a, b, a_count, b_count, partials);
  return shares;
}

}  // namespace

template <class T>
void launch_add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                          double* workspace, double* partials, double* sums, cudaStream_t stream) {
  if (W.empty() || Ht.empty()) return;
  const Index k = W.cols();
  double* h_partials = workspace + kColumnSumDoubles;
  if (power == 1) {
    const auto columns = [](MatrixView<const T> F, Index first, Index count) {
      return MatrixView<const T>(F.data() + first, F.rows(), count, F.ld(), F.space());
    };
    for (Index first = 0; first < k; first += kColumnsPerPass) {
      const Index count = std::min(kColumnsPerPass, k - first);
      const Index w_shares = launch_column_partials(columns(W, first, count), workspace, stream);
      const Index h_shares = launch_column_partials(columns(Ht, first, count), h_partials, stream);
      add_products(workspace, w_shares, h_shares, count, 1, partials, sums, stream);
    }
    return;
  }
  for (Index a = 0; a < k; a += kGramSide) {
    const Index a_count = std::min(kGramSide, k - a);
    for (Index b = 0; b <= a; b += kGramSide) {
      const Index b_count = std::min(kGramSide, k - b);
      const Index w_shares = launch_gram_partials(W, a, b, a_count, b_count, workspace, stream);
      const Index h_shares = launch_gram_partials(Ht, a, b, a_count, b_count, h_partials, stream);
      // What lies off the diagonal is there twice.
      add_products(workspace, w_shares, h_shares, a_count * b_count, a == b ? 0.5 : 1, partials,
                   sums, stream);
    }
  }
}

template void launch_add_model_sum(MatrixView<const float>, MatrixView<const float>, int, double*,
                                   double*, double*, cudaStream_t);
template void launch_add_model_sum(MatrixView<const double>, MatrixView<const double>, int, double*,
                                   double*, double*, cudaStream_t);

}  // namespace nonneg::cuda
