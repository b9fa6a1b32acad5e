// SPDX-License-Identifier: Apache-2.0
// C = A·B and C += Aᵀ·B for sparse rows A, and A's entries put into a dense matrix.
//
// Threads: a group of up to 32 lanes takes a row, a lane every so many columns of B, and the row's
// entries one after the other: neighbouring lanes read neighbouring components of a row of B, and
// the same entry of A. For C = A·B the sums stay in registers; for C += Aᵀ·B they are atomic
// additions, as entries of many rows meet in one row of C. Reads each entry of A ⌈k / 32⌉ times,
// and k components for each; bound by those (in the cache where B is small). NaN passes through.
#include "kernels/sparse_product.hpp"
#include "kernels/sparse_rows.cuh"

namespace nonneg::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(kThreads)
    sparse_multiply(SparseRows<T> A, const T* B, Index ldb, T* C, Index ldc, Index k, int width) {
  const int lane = static_cast<int>(threadIdx.x) % width;
  const Index groups = grid_threads() / width;
  for (Index i = grid_thread() / width; i < A.rows; i += groups) {
    const Index first = A.row_offsets[i] - A.base;
    const Index last = A.row_offsets[i + 1] - A.base;
    for (Index c = lane; c < k; c += width) {
      T sum = 0;
#pragma unroll 4
      for (Index e = first; e < last; ++e) sum += A.values[e] * B[A.columns[e] * ldb + c];
      C[i * ldc + c] = sum;
    }
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    add_sparse_transposed_product(SparseRows<T> A, const T* B, Index ldb, T* C, Index ldc, Index k,
                                  int width) {
  const int lane = static_cast<int>(threadIdx.x) % width;
  const Index groups = grid_threads() / width;
  for (Index i = grid_thread() / width; i < A.rows; i += groups) {
    const Index first = A.row_offsets[i] - A.base;
    const Index last = A.row_offsets[i + 1] - A.base;
    for (Index c = lane; c < k; c += width) {
      const T b = B[i * ldb + c];
      for (Index e = first; e < last; ++e) {
        atomicAdd(C + A.columns[e] * ldc + c, A.values[e] * b);
      }
    }
  }
}

/// A warp for a row.
template <class T>
__global__ void __launch_bounds__(kThreads) scatter(SparseRows<T> A, T* out, Index ld) {
  const Index warps = grid_threads() / kWarp;
  for (Index i = grid_thread() / kWarp; i < A.rows; i += warps) {
    const Index last = A.row_offsets[i + 1] - A.base;
    for (Index e = A.row_offsets[i] - A.base + threadIdx.x % kWarp; e < last; e += kWarp) {
      out[i * ld + A.columns[e]] = A.values[e];
    }
  }
}

}  // namespace

template <class T>
void launch_sparse_multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C,
                            cudaStream_t stream) {
  if (C.empty()) return;
  const SparseLaunch launch = sparse_launch(A.rows, C.cols());
  launch_kernel("sparse_multiply", {launch.blocks, kThreads, stream}, sparse_multiply<T>, A,
                B.data(), B.ld(), C.data(), C.ld(), C.cols(), launch.width);
}

template <class T>
void launch_add_sparse_transposed_product(const SparseRows<T>& A, MatrixView<const T> B,
                                          MatrixView<T> C, cudaStream_t stream) {
  if (C.empty() || A.entries == 0) return;
  const SparseLaunch launch = sparse_launch(A.rows, C.cols());
  launch_kernel("add_sparse_transposed_product", {launch.blocks, kThreads, stream},
                add_sparse_transposed_product<T>, A, B.data(), B.ld(), C.data(), C.ld(), C.cols(),
                launch.width);
}

template <class T>
void launch_scatter(const SparseRows<T>& A, MatrixView<T> out, cudaStream_t stream) {
  if (A.entries == 0) return;
  const SparseLaunch launch = sparse_launch(A.rows, kWarp);
  launch_kernel("scatter", {launch.blocks, kThreads, stream}, scatter<T>, A, out.data(), out.ld());
}

template void launch_sparse_multiply(const SparseRows<float>&, MatrixView<const float>,
                                     MatrixView<float>, cudaStream_t);
template void launch_sparse_multiply(const SparseRows<double>&, MatrixView<const double>,
                                     MatrixView<double>, cudaStream_t);
template void launch_add_sparse_transposed_product(const SparseRows<float>&,
                                                   MatrixView<const float>, MatrixView<float>,
                                                   cudaStream_t);
template void launch_add_sparse_transposed_product(const SparseRows<double>&,
                                                   MatrixView<const double>, MatrixView<double>,
                                                   cudaStream_t);
template void launch_scatter(const SparseRows<float>&, MatrixView<float>, cudaStream_t);
template void launch_scatter(const SparseRows<double>&, MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
