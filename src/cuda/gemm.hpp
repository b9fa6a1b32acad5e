/// Row-major matrix products through cuBLAS, which knows column-major ones only: the one place that
/// turns one into the other.
#pragma once

#include "cuda/blas_handle.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

enum class Transpose { no, yes };

/// C = op(A)·B + beta·C with op(A) = A or Aᵀ, all in device memory; beta = 0 does not read C. Only
/// queues the work.
template <class T>
void gemm(const BlasHandle& handle, cudaStream_t stream, Transpose transpose_A,
          MatrixView<const T> A, MatrixView<const T> B, T beta, MatrixView<T> C);

}  // namespace nonneg::cuda
