// SPDX-License-Identifier: Apache-2.0
// cuBLAS against sums in double on the host: 64-bit entry points, strided batches, GemmEx with
// rounded inputs, TF32, device scalars and results, syrk, geam, vector routines.
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>
#include <vector>

#include "support.hpp"

namespace {

constexpr int kM = 13, kN = 7, kK = 11, kBatch = 3;
constexpr float kOne = 1, kZero = 0;

/// A (m x k) and B (k x n), column-major, kBatch of each, on both sides.
struct Problem {
  std::vector<float> A, B;
  float *a, *b, *c;
  cublasHandle_t handle;

  Problem() : A(kM * kK * kBatch), B(kK * kN * kBatch) {
    for (size_t i = 0; i < A.size(); ++i) A[i] = std::sin(static_cast<float>(i)) + 1.1f;
    for (size_t i = 0; i < B.size(); ++i) B[i] = std::cos(3.0f * static_cast<float>(i)) + 1.2f;
    a = to_device(A);
    b = to_device(B);
    c = to_device(std::vector<float>(kM * kN * kBatch, 0.0f));
    cudaStream_t stream;
    void* workspace = nullptr;
    NONNEG_MUST(cudaStreamCreate(&stream));
    NONNEG_MUST(cublasCreate(&handle));
    NONNEG_MUST(cublasSetStream(handle, stream));
    NONNEG_MUST(cudaMalloc(&workspace, 1 << 20));
    NONNEG_MUST(cublasSetWorkspace(handle, workspace, 1 << 20));
  }

  double product(int i, int j, int batch = 0) const {
    double sum = 0;
    for (int l = 0; l < kK; ++l)
      sum += static_cast<double>(A[batch * kM * kK + i + l * kM]) * B[batch * kK * kN + l + j * kK];
    return sum;
  }
};

double largest_error(const std::vector<float>& C, const Problem& p, int batch = 0) {
  double worst = 0;
  for (int j = 0; j < kN; ++j)
    for (int i = 0; i < kM; ++i) {
      const double want = p.product(i, j, batch);
      worst = std::fmax(worst, std::fabs(C[batch * kM * kN + i + j * kM] - want) / want);
    }
  return worst;
}

void test_gemm(const Problem& p) {
  NONNEG_MUST(cublasSgemm_64(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &kOne, p.a, kM, p.b,
                             kK, &kZero, p.c, kM));
  NONNEG_CHECK(largest_error(to_host(p.c, kM * kN), p) < 1e-6);
  NONNEG_MUST(cublasSgemmStridedBatched_64(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &kOne,
                                           p.a, kM, kM * kK, p.b, kK, kK * kN, &kZero, p.c, kM,
                                           kM * kN, kBatch));
  const auto all = to_host(p.c, kM * kN * kBatch);
  for (int batch = 0; batch < kBatch; ++batch) NONNEG_CHECK(largest_error(all, p, batch) < 1e-6);
}

void test_tf32(const Problem& p) {
  NONNEG_MUST(cublasSetMathMode(p.handle, CUBLAS_TF32_TENSOR_OP_MATH));
  NONNEG_MUST(cublasSgemm(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &kOne, p.a, kM, p.b, kK,
                          &kZero, p.c, kM));
  const double error = largest_error(to_host(p.c, kM * kN), p);
  // Rounded, or cut off as by NONNEG_EMU_BLAS=device, but not more than to 10 bits.
  NONNEG_CHECK(error > 1e-5 && error < 2.1e-3);
  NONNEG_MUST(cublasSetMathMode(p.handle, CUBLAS_DEFAULT_MATH));
}

/// C = A B for inputs of another type, float result.
template <class Half>
void test_mixed_gemm(const Problem& p, cudaDataType type, Half (*narrow)(float),
                     float (*widen)(Half)) {
  std::vector<Half> A(kM * kK), B(kK * kN);
  for (size_t i = 0; i < A.size(); ++i) A[i] = narrow(p.A[i]);
  for (size_t i = 0; i < B.size(); ++i) B[i] = narrow(p.B[i]);
  NONNEG_MUST(cublasGemmEx_64(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &kOne, to_device(A),
                              type, kM, to_device(B), type, kK, &kZero, p.c, CUDA_R_32F, kM,
                              CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
  const auto got = to_host(p.c, kM * kN);
  for (int j = 0; j < kN; ++j)
    for (int i = 0; i < kM; ++i) {
      double want = 0;
      for (int l = 0; l < kK; ++l)
        want += static_cast<double>(widen(A[i + l * kM])) * widen(B[l + j * kK]);
      NONNEG_CHECK(std::fabs(got[i + j * kM] - want) < 1e-5);
    }
}

void test_compute_types(const Problem& p) {
  const auto gemm_ex = [&](const void* a, cudaDataType type_a, cublasComputeType_t compute) {
    return cublasGemmEx(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &kOne, a, type_a, kM, p.b,
                        CUDA_R_32F, kK, &kZero, p.c, CUDA_R_32F, kM, compute, CUBLAS_GEMM_DEFAULT);
  };
  // c holds the product of bfloat16 inputs: FAST_16BF rounds float inputs to the same.
  const auto rounded = to_host(p.c, kM * kN);
  NONNEG_MUST(gemm_ex(p.a, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_16BF));
  NONNEG_CHECK(to_host(p.c, kM * kN) == rounded);
  NONNEG_CHECK(gemm_ex(p.a, CUDA_R_16F, CUBLAS_COMPUTE_32F) == CUBLAS_STATUS_NOT_SUPPORTED);
}

void test_vector_routines(const Problem& p) {
  constexpr int kCount = kM * kK;
  double squares = 0, magnitudes = 0;
  int largest = 0;
  for (int i = 0; i < kCount; ++i) {
    squares += static_cast<double>(p.A[i]) * p.A[i];
    magnitudes += std::fabs(p.A[i]);
    if (std::fabs(p.A[i]) > std::fabs(p.A[largest])) largest = i;
  }
  float result = 0;
  int64_t index = 0;
  NONNEG_MUST(cublasSdot_64(p.handle, kCount, p.a, 1, p.a, 1, &result));
  NONNEG_CHECK(std::fabs(result - squares) < 1e-4);
  NONNEG_MUST(cublasSnrm2(p.handle, kCount, p.a, 1, &result));
  NONNEG_CHECK(std::fabs(result - std::sqrt(squares)) < 1e-5);
  NONNEG_MUST(cublasSasum_64(p.handle, kCount, p.a, 1, &result));
  NONNEG_CHECK(std::fabs(result - magnitudes) < 1e-4);
  NONNEG_MUST(cublasIsamax_64(p.handle, kCount, p.a, 1, &index));
  NONNEG_CHECK(index == largest + 1);
}

/// A result in device memory is the scalar of the next call: nothing waits in between.
void test_device_scalars(const Problem& p) {
  float *sum = nullptr, *x = to_device(p.A);
  NONNEG_MUST(cudaMalloc(&sum, sizeof(float)));
  NONNEG_MUST(cublasSetPointerMode(p.handle, CUBLAS_POINTER_MODE_DEVICE));
  NONNEG_MUST(cublasSasum(p.handle, kM, x, 1, sum));
  NONNEG_MUST(cublasSscal(p.handle, kM, sum, x, 1));
  NONNEG_MUST(cublasSetPointerMode(p.handle, CUBLAS_POINTER_MODE_HOST));
  double want = 0;
  for (int i = 0; i < kM; ++i) want += std::fabs(p.A[i]);
  const auto got = to_host(x, kM);
  for (int i = 0; i < kM; ++i) NONNEG_CHECK(std::fabs(got[i] - p.A[i] * want) < 1e-4);
}

void test_syrk_and_geam(const Problem& p) {
  float* gram = to_device(std::vector<float>(kN * kN, 0.0f));
  NONNEG_MUST(cublasSsyrk_64(p.handle, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_T, kN, kK, &kOne, p.b, kK,
                             &kZero, gram, kN));
  const auto got = to_host(gram, kN * kN);
  for (int j = 0; j < kN; ++j)
    for (int i = 0; i < kN; ++i) {
      double want = 0;
      for (int l = 0; l < kK; ++l) want += static_cast<double>(p.B[l + i * kK]) * p.B[l + j * kK];
      NONNEG_CHECK(i <= j ? std::fabs(got[i + j * kN] - want) < 1e-5 : got[i + j * kN] == 0);
    }
  float* transposed = nullptr;
  NONNEG_MUST(cudaMalloc(&transposed, kN * kK * sizeof(float)));
  NONNEG_MUST(cublasSgeam_64(p.handle, CUBLAS_OP_T, CUBLAS_OP_N, kN, kK, &kOne, p.b, kK, &kZero,
                             nullptr, kN, transposed, kN));
  const auto flipped = to_host(transposed, kN * kK);
  for (int i = 0; i < kN; ++i)
    for (int l = 0; l < kK; ++l) NONNEG_CHECK(flipped[i + l * kN] == p.B[l + i * kK]);
}

void test_double_gemm(const Problem& p) {
  double* a = to_device(std::vector<double>(p.A.begin(), p.A.begin() + kM * kK));
  double* b = to_device(std::vector<double>(p.B.begin(), p.B.begin() + kK * kN));
  double* c = to_device(std::vector<double>(kM * kN, 1.0));
  const double alpha = 2, beta = -1;
  NONNEG_MUST(cublasDgemm_64(p.handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &alpha, a, kM, b, kK,
                             &beta, c, kM));
  const auto got = to_host(c, kM * kN);
  for (int j = 0; j < kN; ++j)
    for (int i = 0; i < kM; ++i)
      NONNEG_CHECK(std::fabs(got[i + j * kM] - (2 * p.product(i, j) - 1)) < 1e-12);
}

}  // namespace

int main() {
  const Problem p;
  test_gemm(p);
  test_tf32(p);
  test_mixed_gemm<__half>(
      p, CUDA_R_16F, [](float v) { return __float2half(v); },
      [](__half v) { return __half2float(v); });
  test_mixed_gemm<__nv_bfloat16>(
      p, CUDA_R_16BF, [](float v) { return __float2bfloat16(v); },
      [](__nv_bfloat16 v) { return __bfloat162float(v); });
  test_compute_types(p);
  test_vector_routines(p);
  test_device_scalars(p);
  test_syrk_and_geam(p);
  test_double_gemm(p);
  NONNEG_MUST(cublasDestroy(p.handle));
  std::printf("bad=%d\n", failed_checks);
  return failed_checks;
}
