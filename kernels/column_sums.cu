// SPDX-License-Identifier: Apache-2.0
// sums(c) += Σ_i F(i, c), and sums(c) = Σ_i X(i, c)·Y(i, c), in double and in a fixed order.
//
// Threads: a block takes up to 32 neighbouring columns and every so many rows; its threads in one
// column add theirs up through shared memory. Two stages, no atomics: partial sums, a row for each
// share of F's rows, and their sums. Reads each
// matrix once; bound by memory. NaN passes through.
#include "kernels/column_sums.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

/// Rows that are worth a block.
constexpr Index kRowsPerShare = 512;
constexpr int kMaxWidth = 32;

/// What is added up: the entries of one matrix, or their products with those of another.
template <class E>
struct Entries {
  const E* F;
  Index ld;
  __device__ double operator()(Index i, Index c) const {
    return static_cast<double>(F[i * ld + c]);
  }
};

template <class E>
struct Products {
  Entries<E> X;
  Entries<E> Y;
  __device__ double operator()(Index i, Index c) const { return X(i, c) * Y(i, c); }
};

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
template <class In, class Out>
__global__ void __launch_bounds__(kThreads) column_sums(In in, Index rows, Index cols, Out out) {
  __shared__ double shared[kThreads];
  const Index c = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  const Index step = static_cast<Index>(gridDim.y) * blockDim.y;
  double sum = 0;
  if (c < cols) {
    for (Index i = static_cast<Index>(blockIdx.y) * blockDim.y + threadIdx.y; i < rows; i += step) {
      sum += in(i, c);
    }
  }
  shared[threadIdx.y * blockDim.x + threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || c >= cols) return;
  for (unsigned y = 1; y < blockDim.y; ++y) sum += shared[y * blockDim.x + threadIdx.x];
  out(blockIdx.y, cols, c, sum);
}

template <class In, class Out>
void launch(In in, Index rows, Index cols, Index shares, Out out, cudaStream_t stream) {
  int width = 1;
  while (width < kMaxWidth && width < cols) width *= 2;
  const dim3 block(width, kThreads / width);
  const dim3 grid(grid_size(cols, width, kColumnsPerPass), static_cast<unsigned>(shares));
  launch_kernel("column_sums", {grid, block, stream}, column_sums<In, Out>, in, rows, cols, out);
}

Index shares_of(Index rows) { return grid_size(rows, kRowsPerShare, kMaxColumnPartials); }

template <class T>
Entries<T> entries_from(MatrixView<const T> F, Index first_column) {
  return {F.data() + first_column, F.ld()};
}

/// Calls body(first, count) for as many columns at a time as the workspace holds sums of.
template <class Body>
void for_column_passes(Index cols, const Body& body) {
  for (Index first = 0; first < cols; first += kColumnsPerPass) {
    body(first, std::min(kColumnsPerPass, cols - first));
  }
}

}  // namespace

template <class T>
Index launch_column_partials(MatrixView<const T> F, double* partials, cudaStream_t stream) {
  const Index shares = shares_of(F.rows());
  launch(entries_from(F, 0), F.rows(), F.cols(), shares, Store{partials}, stream);
  return shares;
}

template <class T>
void launch_add_column_sums(MatrixView<const T> F, double* workspace, MatrixView<T> sums,
                            cudaStream_t stream) {
  if (F.empty()) return;
  const Index shares = shares_of(F.rows());
  for_column_passes(F.cols(), [&](Index first, Index count) {
    launch(entries_from(F, first), F.rows(), count, shares, Store{workspace}, stream);
    launch(Entries<double>{workspace, count}, shares, count, 1, Add<T>{sums.data() + first},
           stream);
  });
}

template <class T>
void launch_column_dots(MatrixView<const T> X, MatrixView<const T> Y, double* workspace,
                        double* sums, cudaStream_t stream) {
  if (X.cols() == 0) return;
  const Index shares = shares_of(X.rows());
  for_column_passes(X.cols(), [&](Index first, Index count) {
    launch(Products<T>{entries_from(X, first), entries_from(Y, first)}, X.rows(), count, shares,
           Store{workspace}, stream);
    launch(Entries<double>{workspace, count}, shares, count, 1, Store{sums + first}, stream);
  });
}

template Index launch_column_partials(MatrixView<const float>, double*, cudaStream_t);
template Index launch_column_partials(MatrixView<const double>, double*, cudaStream_t);
template void launch_column_dots(MatrixView<const float>, MatrixView<const float>, double*, double*,
                                 cudaStream_t);
template void launch_column_dots(MatrixView<const double>, MatrixView<const double>, double*,
                                 double*, cudaStream_t);
template void launch_add_column_sums(MatrixView<const float>, double*, MatrixView<float>,
                                     cudaStream_t);
template void launch_add_column_sums(MatrixView<const double>, double*, MatrixView<double>,
                                     cudaStream_t);

}  // namespace nonneg::cuda
