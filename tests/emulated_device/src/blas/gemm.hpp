// SPDX-License-Identifier: Apache-2.0
// gemm in all its types and batches.
#pragma once

#include "calls.hpp"

namespace nonneg::emulated::blas {

struct GemmOperand {
  const void* data = nullptr;
  cudaDataType type = CUDA_R_32F;
  Index ld = 0;
  long long stride = 0;  ///< elements from one matrix of the batch to the next
};

struct GemmProblem {
  cublasOperation_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N;
  Index m = 0, n = 0, k = 0;
  const void* alpha = nullptr;
  GemmOperand a, b;
  const void* beta = nullptr;
  GemmOperand c;
  Index batch = 1;
  cudaDataType scalar_type = CUDA_R_32F;
  InputRounding rounding = InputRounding::None;
  /// Atomics are allowed: terms are added in an order drawn anew, each sum rounded to C's type.
  bool any_order = false;
};

/// C = alpha op(A) op(B) + beta C, for each matrix of the batch.
cublasStatus_t gemm(const Call& call, GemmProblem problem);

/// GemmEx: sets the scalar type and the rounding from the compute type, refuses unsupported
/// combinations.
cublasStatus_t gemm_ex(const Call& call, GemmProblem problem, cublasComputeType_t compute);

}  // namespace nonneg::emulated::blas
