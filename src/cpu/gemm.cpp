// SPDX-License-Identifier: Apache-2.0
#include "cpu/gemm.hpp"

#include <Eigen/Core>

#ifdef NONNEG_WITH_ONEDNN
#include <dnnl.h>
#include <omp.h>
#endif

namespace nonneg::cpu {

namespace {

template <class T>
using EigenMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
auto as_eigen(MatrixView<const T> X) {
  return Eigen::Map<const EigenMatrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>(
      X.data(), X.rows(), X.cols(), Eigen::OuterStride<>(X.ld()));
}

template <class T>
auto as_eigen(MatrixView<T> X) {
  return Eigen::Map<EigenMatrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>(
      X.data(), X.rows(), X.cols(), Eigen::OuterStride<>(X.ld()));
}

#ifdef NONNEG_WITH_ONEDNN
/// Keeps the calling thread's next parallel regions, oneDNN's among them, to one thread.
class OneThread {
 public:
  OneThread() : saved_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(saved_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int saved_;
};

/// False where oneDNN refuses, which leaves C untouched.
bool gemm_onednn(Transpose transpose_A, MatrixView<const float> A, MatrixView<const float> B,
                 float beta, MatrixView<float> C) {
  const OneThread one_thread;
  const bool transposed = transpose_A == Transpose::yes;
  return dnnl_sgemm(transposed ? 'T' : 'N', 'N', C.rows(), C.cols(), B.rows(), 1.0F, A.data(),
                    A.ld(), B.data(), B.ld(), beta, C.data(), C.ld()) == dnnl_success;
}
#endif

}  // namespace

template <class T>
void gemm_eigen(Transpose transpose_A, MatrixView<const T> A, MatrixView<const T> B, T beta,
                MatrixView<T> C) {
  if (C.empty()) return;
  auto c = as_eigen(C);
  if (beta == T{0}) {
    c.setZero();
  } else if (beta != T{1}) {
    c *= beta;
  }
  if (B.rows() == 0) return;
  if (transpose_A == Transpose::yes) {
    c.noalias() += as_eigen(A).transpose() * as_eigen(B);
  } else {
    c.noalias() += as_eigen(A) * as_eigen(B);
  }
}

template <class T>
void gemm(Transpose transpose_A, MatrixView<const T> A, MatrixView<const T> B, T beta,
          MatrixView<T> C) {
#ifdef NONNEG_WITH_ONEDNN
  if constexpr (std::is_same_v<T, float>) {
    if (!C.empty() && B.rows() > 0 && gemm_onednn(transpose_A, A, B, beta, C)) return;
  }
#endif
  gemm_eigen(transpose_A, A, B, beta, C);
}

template void gemm(Transpose, MatrixView<const float>, MatrixView<const float>, float,
                   MatrixView<float>);
template void gemm(Transpose, MatrixView<const double>, MatrixView<const double>, double,
                   MatrixView<double>);
template void gemm_eigen(Transpose, MatrixView<const float>, MatrixView<const float>, float,
                         MatrixView<float>);
template void gemm_eigen(Transpose, MatrixView<const double>, MatrixView<const double>, double,
                         MatrixView<double>);

}  // namespace nonneg::cpu
