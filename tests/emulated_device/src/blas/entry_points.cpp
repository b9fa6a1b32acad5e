// SPDX-License-Identifier: Apache-2.0
// The cuBLAS names: each routine for float and double, with int and with 64-bit dimensions.
#include <cublas_v2.h>

#include "../runtime/api.hpp"
#include "gemm.hpp"
#include "matrix_routines.hpp"
#include "vector_routines.hpp"

using namespace nonneg::emulated;

// entry_points.inc defines the routines of one precision and one width of dimensions.

#define NONNEG_REAL float
#define NONNEG_INT int
#define NONNEG_ROUTINE(name) cublasS##name
#define NONNEG_VERSIONED(name) cublasS##name##_v2
#define NONNEG_INDEX_ROUTINE(name) cublasIs##name##_v2
#define NONNEG_CALL_NAME(name) "cublasS" name
#define NONNEG_INDEX_CALL_NAME(name) "cublasIs" name
#include "entry_points.inc"

#define NONNEG_REAL double
#define NONNEG_INT int
#define NONNEG_ROUTINE(name) cublasD##name
#define NONNEG_VERSIONED(name) cublasD##name##_v2
#define NONNEG_INDEX_ROUTINE(name) cublasId##name##_v2
#define NONNEG_CALL_NAME(name) "cublasD" name
#define NONNEG_INDEX_CALL_NAME(name) "cublasId" name
#include "entry_points.inc"

#define NONNEG_REAL float
#define NONNEG_INT int64_t
#define NONNEG_ROUTINE(name) cublasS##name##_64
#define NONNEG_VERSIONED(name) cublasS##name##_v2_64
#define NONNEG_INDEX_ROUTINE(name) cublasIs##name##_v2_64
#define NONNEG_CALL_NAME(name) "cublasS" name "_64"
#define NONNEG_INDEX_CALL_NAME(name) "cublasIs" name "_64"
#include "entry_points.inc"

#define NONNEG_REAL double
#define NONNEG_INT int64_t
#define NONNEG_ROUTINE(name) cublasD##name##_64
#define NONNEG_VERSIONED(name) cublasD##name##_v2_64
#define NONNEG_INDEX_ROUTINE(name) cublasId##name##_v2_64
#define NONNEG_CALL_NAME(name) "cublasD" name "_64"
#define NONNEG_INDEX_CALL_NAME(name) "cublasId" name "_64"
#include "entry_points.inc"

namespace {

template <class Int>
blas::GemmProblem ex_problem(cublasOperation_t ta, cublasOperation_t tb, Int m, Int n, Int k,
                             const void* alpha, const blas::GemmOperand& a,
                             const blas::GemmOperand& b, const void* beta,
                             const blas::GemmOperand& c, Int batch) {
  return {ta, tb, m, n, k, alpha, a, b, beta, c, batch, CUDA_R_32F, blas::InputRounding::None};
}

}  // namespace

NONNEG_EMU_EXPORT cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t ta,
                                              cublasOperation_t tb, int m, int n, int k,
                                              const void* alpha, const void* A, cudaDataType type_a,
                                              int lda, const void* B, cudaDataType type_b, int ldb,
                                              const void* beta, void* C, cudaDataType type_c,
                                              int ldc, cublasComputeType_t compute,
                                              cublasGemmAlgo_t) {
  const blas::Call call(handle, "cublasGemmEx");
  if (call.refused()) return call.status();
  return blas::gemm_ex(call,
                       ex_problem<int>(ta, tb, m, n, k, alpha, {A, type_a, lda, 0},
                                       {B, type_b, ldb, 0}, beta, {C, type_c, ldc, 0}, 1),
                       compute);
}

NONNEG_EMU_EXPORT cublasStatus_t cublasGemmEx_64(cublasHandle_t handle, cublasOperation_t ta,
                                                 cublasOperation_t tb, int64_t m, int64_t n,
                                                 int64_t k, const void* alpha, const void* A,
                                                 cudaDataType type_a, int64_t lda, const void* B,
                                                 cudaDataType type_b, int64_t ldb, const void* beta,
                                                 void* C, cudaDataType type_c, int64_t ldc,
                                                 cublasComputeType_t compute, cublasGemmAlgo_t) {
  const blas::Call call(handle, "cublasGemmEx_64");
  if (call.refused()) return call.status();
  return blas::gemm_ex(call,
                       ex_problem<int64_t>(ta, tb, m, n, k, alpha, {A, type_a, lda, 0},
                                           {B, type_b, ldb, 0}, beta, {C, type_c, ldc, 0}, 1),
                       compute);
}

NONNEG_EMU_EXPORT cublasStatus_t cublasGemmStridedBatchedEx(
    cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
    const void* alpha, const void* A, cudaDataType type_a, int lda, long long stride_a,
    const void* B, cudaDataType type_b, int ldb, long long stride_b, const void* beta, void* C,
    cudaDataType type_c, int ldc, long long stride_c, int batch, cublasComputeType_t compute,
    cublasGemmAlgo_t) {
  const blas::Call call(handle, "cublasGemmStridedBatchedEx");
  if (call.refused()) return call.status();
  return blas::gemm_ex(
      call,
      ex_problem<int>(ta, tb, m, n, k, alpha, {A, type_a, lda, stride_a},
                      {B, type_b, ldb, stride_b}, beta, {C, type_c, ldc, stride_c}, batch),
      compute);
}

NONNEG_EMU_EXPORT cublasStatus_t cublasGemmStridedBatchedEx_64(
    cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int64_t m, int64_t n,
    int64_t k, const void* alpha, const void* A, cudaDataType type_a, int64_t lda,
    long long stride_a, const void* B, cudaDataType type_b, int64_t ldb, long long stride_b,
    const void* beta, void* C, cudaDataType type_c, int64_t ldc, long long stride_c, int64_t batch,
    cublasComputeType_t compute, cublasGemmAlgo_t) {
  const blas::Call call(handle, "cublasGemmStridedBatchedEx_64");
  if (call.refused()) return call.status();
  return blas::gemm_ex(
      call,
      ex_problem<int64_t>(ta, tb, m, n, k, alpha, {A, type_a, lda, stride_a},
                          {B, type_b, ldb, stride_b}, beta, {C, type_c, ldc, stride_c}, batch),
      compute);
}
