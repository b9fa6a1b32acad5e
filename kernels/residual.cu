// Σ (A(i, j) − Σ_c W(i, c)·Ht(j, c))²: the model in T, differences and sums in double.
//
// Threads: a block strides over tiles of 64 × 64 entries of A, and each of its 16 × 16 threads
// holds 4 × 4 entries of the model in registers; 16 components of W and Ht at a time pass through
// shared memory. W·Htᵀ is never stored. Reads A once, W and Ht once per tile row and column; bound
// by A's memory traffic below k of about 50 in float32, by arithmetic above. NaN gives NaN.
#include "kernels/partial_sums.cuh"
#include "kernels/residual.hpp"

namespace nonneg::cuda {

namespace {

constexpr int kTile = 64;
constexpr int kSide = 16;            // threads along a side of the tile
constexpr int kOwn = kTile / kSide;  // entries of a thread along a side
constexpr int kDepth = 16;           // components at a time
static_assert(kSide * kSide == kThreads);

/// slab[c][r] = X(first_row + r, first_component + c), 0 outside of X.
template <class T>
__device__ void load_slab(T (&slab)[kDepth][kTile + 1], const T* X, Index ld, Index first_row,
                          Index rows, Index first_component, Index components) {
  for (int e = static_cast<int>(threadIdx.x); e < kTile * kDepth; e += kThreads) {
    const int c = e % kDepth;
    const int r = e / kDepth;
    const bool inside = first_row + r < rows && first_component + c < components;
    slab[c][r] = inside ? X[(first_row + r) * ld + first_component + c] : T{0};
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    residual(const T* A, Index lda, Index m, Index n, const T* W, Index ldw, const T* Ht, Index ldh,
             Index k, double* partials) {
  __shared__ T w_slab[kDepth][kTile + 1];
  __shared__ T h_slab[kDepth][kTile + 1];
  const int own_row = static_cast<int>(threadIdx.x) / kSide;
  const int own_col = static_cast<int>(threadIdx.x) % kSide;
  const Index tiles_across = (n + kTile - 1) / kTile;
  const Index tiles = tiles_across * ((m + kTile - 1) / kTile);
  double sum = 0;
  for (Index tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const Index first_row = tile / tiles_across * kTile;
    const Index first_col = tile % tiles_across * kTile;
    T model[kOwn][kOwn] = {};
    for (Index c = 0; c < k; c += kDepth) {
      load_slab(w_slab, W, ldw, first_row, m, c, k);
      load_slab(h_slab, Ht, ldh, first_col, n, c, k);
      __syncthreads();
#pragma unroll
      for (int d = 0; d < kDepth; ++d) {
        T w[kOwn];
        T h[kOwn];
#pragma unroll
        for (int e = 0; e < kOwn; ++e) {
          w[e] = w_slab[d][own_row + e * kSide];
          h[e] = h_slab[d][own_col + e * kSide];
        }
#pragma unroll
        for (int a = 0; a < kOwn; ++a) {
#pragma unroll
          for (int b = 0; b < kOwn; ++b) model[a][b] += w[a] * h[b];
        }
      }
      __syncthreads();
    }
#pragma unroll
    for (int a = 0; a < kOwn; ++a) {
      const Index i = first_row + own_row + a * kSide;
#pragma unroll
      for (int b = 0; b < kOwn; ++b) {
        const Index j = first_col + own_col + b * kSide;
        if (i >= m || j >= n) continue;
        const double difference =
            static_cast<double>(A[i * lda + j]) - static_cast<double>(model[a][b]);
        sum += difference * difference;
      }
    }
  }
  store_block_sum(sum, partials + blockIdx.x);
}

}  // namespace

template <class T>
void launch_residual(MatrixView<const T> A, MatrixView<const T> W, MatrixView<const T> Ht,
                     double* workspace, double* sums, cudaStream_t stream) {
  if (A.empty()) return;
  const Index tiles = ((A.rows() + kTile - 1) / kTile) * ((A.cols() + kTile - 1) / kTile);
  const unsigned blocks = grid_size(tiles, 1, kMostPartials);
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
