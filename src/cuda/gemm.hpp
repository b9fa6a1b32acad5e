// SPDX-License-Identifier: Apache-2.0
/// Row-major matrix products through cuBLAS, which knows column-major ones only: the one place that
/// turns one into the other.
#pragma once

#include "cuda/blas_handle.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

enum class Transpose { no, yes };

/// exact: products are taken in the type of the matrices. tf32: they are taken on tensor cores,
/// which round the entries of float matrices to 11 significant bits; of double matrices as in
/// exact.
enum class Products { exact, tf32 };

/// Rows over which one call of cuBLAS adds up Aᵀ·B of float matrices: its accumulators are float32,
/// which lose 5e-8 of a sum of positive terms over 32 768 rows, and 2e-6 over 200 000, always
/// downwards; what decides on a sweep or tells the loss is a difference of such sums.
inline constexpr Index kMostSummedRows = 8192;

/// C = op(A)·op(B) + beta·C with op(X) = X or Xᵀ, all in device memory; beta = 0 does not read C.
/// Only queues the work.
template <class T>
void gemm(const BlasHandle& handle, cudaStream_t stream, Products products, Transpose transpose_A,
          MatrixView<const T> A, Transpose transpose_B, MatrixView<const T> B, T beta,
          MatrixView<T> C);

}  // namespace nonneg::cuda
