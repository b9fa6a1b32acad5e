// SPDX-License-Identifier: Apache-2.0
/// Row-major matrix products on one thread: oneDNN for float32 where it was found, else Eigen.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

enum class Transpose { no, yes };

/// C = op(A)·B + beta·C with op(A) = A or Aᵀ; beta = 0 does not read C. Runs on the calling thread.
template <class T>
void gemm(Transpose transpose_A, MatrixView<const T> A, MatrixView<const T> B, T beta,
          MatrixView<T> C);

/// The same through Eigen, whatever was found.
template <class T>
void gemm_eigen(Transpose transpose_A, MatrixView<const T> A, MatrixView<const T> B, T beta,
                MatrixView<T> C);

}  // namespace nonneg::cpu
