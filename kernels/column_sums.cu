// sums(c) += Σ_i F(i, c), in double and in a fixed order.
//
// Threads: a block takes up to 32 neighbouring columns and every so many rows; its threads in one
// column add theirs up through shared memory. Two stages, no atomics: partial sums, a row for each
// share of F's rows, and their sums. Reads F once; bound by memory. NaN passes through.
#include "kernels/column_sums.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

/// Rows that are worth a block.
constexpr Index kRowsPerShare = 512;
constexpr int kMaxWidth = 32;

struct Store {
  double* out;
  __device__ void operator()(Index share, Index cols, Index c, double sum) const {
    out[share * cols + c] = sum;
  }
};

template <class T>
struct Add {
  T* out;
  __device__ void operator()(Index /*share*/, Index /*cols*/, Index c, double sum) const {
    out[c] = static_cast<T>(static_cast<double>(out[c]) + sum);
  }
};

/// blockDim.x threads along the columns, blockDim.y along the rows.
template <class E, class Out>
__global__ void __launch_bounds__(kThreads)
    column_sums(const E* F, Index ld, Index rows, Index cols, Out out) {
  __shared__ double shared[kThreads];
  const Index c = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  const Index step = static_cast<Index>(gridDim.y) * blockDim.y;
  double sum = 0;
  if (c < cols) {
    for (Index i = static_cast<Index>(blockIdx.y) * blockDim.y + threadIdx.y; i < rows; i += step) {
      sum += static_cast<double>(F[i * ld + c]);
    }
  }
  shared[threadIdx.y * blockDim.x + threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || c >= cols) return;
  for (unsigned y = 1; y < blockDim.y; ++y) sum += shared[y * blockDim.x + threadIdx.x];
  out(blockIdx.y, cols, c, sum);
}

template <class E, class Out>
void launch(const E* F, Index ld, Index rows, Index cols, Index shares, Out out,
            cudaStream_t stream) {
  int width = 1;
  while (width < kMaxWidth && width < cols) width *= 2;
  const dim3 block(width, kThreads / width);
  const dim3 grid(grid_size(cols, width, kColumnsPerPass), static_cast<unsigned>(shares));
  column_sums<<<grid, block, 0, stream>>>(F, ld, rows, cols, out);
  check_launch("column_sums");
}

}  // namespace

template <class T>
Index launch_column_partials(MatrixView<const T> F, double* partials, cudaStream_t stream) {
  const Index shares = grid_size(F.rows(), kRowsPerShare, kMaxColumnPartials);
  launch(F.data(), F.ld(), F.rows(), F.cols(), shares, Store{partials}, stream);
  return shares;
}

template <class T>
void launch_add_column_sums(MatrixView<const T> F, double* workspace, MatrixView<T> sums,
                            cudaStream_t stream) {
  if (F.empty()) return;
  for (Index first = 0; first < F.cols(); first += kColumnsPerPass) {
    const Index count = std::min(kColumnsPerPass, F.cols() - first);
    const MatrixView<const T> columns(F.data() + first, F.rows(), count, F.ld(), F.space());
    const Index shares = launch_column_partials(columns, workspace, stream);
    launch<double>(workspace, count, shares, count, 1, Add<T>{sums.data() + first}, stream);
  }
}

template Index launch_column_partials(MatrixView<const float>, double*, cudaStream_t);
template Index launch_column_partials(MatrixView<const double>, double*, cudaStream_t);
template void launch_add_column_sums(MatrixView<const float>, double*, MatrixView<float>,
                                     cudaStream_t);
template void launch_add_column_sums(MatrixView<const double>, double*, MatrixView<double>,
                                     cudaStream_t);

}  // namespace nonneg::cuda
