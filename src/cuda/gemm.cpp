// SPDX-License-Identifier: Apache-2.0
#include "cuda/gemm.hpp"

#include <algorithm>
#include <type_traits>

#include "cuda/check.hpp"
#include "cuda/device_matrix.hpp"

namespace nonneg::cuda {

namespace {

/// The product of the whole, by one call of cuBLAS; no matrix is empty.
template <class T>
void multiply(const BlasHandle& handle, [[maybe_unused]] Products products, Transpose transpose_A,
              MatrixView<const T> A, Transpose transpose_B, MatrixView<const T> B, T beta,
              MatrixView<T> C) {
  const BlasErrorsTaken errors;
  const Index inner = transpose_B == Transpose::yes ? B.cols() : B.rows();
  // What is row-major X to us is column-major Xᵀ to cuBLAS: Cᵀ = op(B)ᵀ·op(A)ᵀ.
  const auto operation = [](Transpose transpose) {
    return transpose == Transpose::yes ? CUBLAS_OP_T : CUBLAS_OP_N;
  };
  const cublasOperation_t op_A = operation(transpose_A);
  const cublasOperation_t op_B = operation(transpose_B);
  const T one = 1;
  if constexpr (std::is_same_v<T, float>) {
    if (products == Products::tf32) {
      check(cublasGemmEx_64(handle.get(), op_B, op_A, C.cols(), C.rows(), inner, &one, B.data(),
                            CUDA_R_32F, B.ld(), A.data(), CUDA_R_32F, A.ld(), &beta, C.data(),
                            CUDA_R_32F, C.ld(), CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_GEMM_DEFAULT),
            "cublasGemmEx_64", "a matrix product in tf32");
      return;
    }
    check(cublasSgemm_64(handle.get(), op_B, op_A, C.cols(), C.rows(), inner, &one, B.data(),
                         B.ld(), A.data(), A.ld(), &beta, C.data(), C.ld()),
          "cublasSgemm_64", "a matrix product");
  } else {
    check(cublasDgemm_64(handle.get(), op_B, op_A, C.cols(), C.rows(), inner, &one, B.data(),
                         B.ld(), A.data(), A.ld(), &beta, C.data(), C.ld()),
          "cublasDgemm_64", "a matrix product");
  }
}

}  // namespace

template <class T>
void gemm(const BlasHandle& handle, cudaStream_t stream, Products products, Transpose transpose_A,
          MatrixView<const T> A, Transpose transpose_B, MatrixView<const T> B, T beta,
          MatrixView<T> C) {
  if (C.empty()) return;
  const Index inner = transpose_B == Transpose::yes ? B.cols() : B.rows();
  if (inner == 0) {
    if (beta == T{0}) clear(C, stream);
    return;
  }
  const bool over_rows = transpose_A == Transpose::yes && transpose_B == Transpose::no;
  if (!std::is_same_v<T, float> || !over_rows || inner <= kMostSummedRows) {
    multiply(handle, products, transpose_A, A, transpose_B, B, beta, C);
    return;
  }
  for (Index first = 0; first < inner; first += kMostSummedRows) {
    const Index count = std::min(kMostSummedRows, inner - first);
    multiply(handle, products, transpose_A, A.row_block(first, count), transpose_B,
             B.row_block(first, count), first == 0 ? beta : T{1}, C);
  }
}

template void gemm(const BlasHandle&, cudaStream_t, Products, Transpose, MatrixView<const float>,
                   Transpose, MatrixView<const float>, float, MatrixView<float>);
template void gemm(const BlasHandle&, cudaStream_t, Products, Transpose, MatrixView<const double>,
                   Transpose, MatrixView<const double>, double, MatrixView<double>);

}  // namespace nonneg::cuda
