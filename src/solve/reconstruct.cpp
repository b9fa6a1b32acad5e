// SPDX-License-Identifier: Apache-2.0
#include "nonneg/reconstruct.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/host_memory.hpp"
#include "cpu/gemm.hpp"

namespace nonneg {

template <class T>
Matrix<T> reconstruct(MatrixView<const T> W, MatrixView<const T> H, Index first, Index count) {
  require_readable(Subject::W, W);
  require_readable(Subject::H, H);
  if (W.cols() != H.rows()) {
    throw InvalidArgument(
        Subject::W,
        fmt::format("W is {} x {} and H is {} x {}: W must have as many columns as H has rows",
                    W.rows(), W.cols(), H.rows(), H.cols()));
  }
  if (first < 0 || count < 0 || first > W.rows() - count) {
    throw InvalidArgument(Subject::W, fmt::format("rows {} + {} lie outside W, which has {}", first,
                                                  count, W.rows()));
  }
  const MatrixView<const T> rows = W.row_block(first, count);
  Matrix<T> product(count, H.cols());
  cpu::gemm<T>(cpu::Transpose::no, rows, H, T{0}, product.view());
  return product;
}

namespace {

/// The entries in float64.
template <class T>
Matrix<double> widened(const Matrix<T>& X) {
  Matrix<double> wide(X.rows(), X.cols());
  std::copy_n(X.data(), X.size(), wide.data());
  return wide;
}

}  // namespace

Matrix<double> reconstruct(const AnyResult& result) {
  return result.visit([](const auto& typed) {
    const Matrix<double> W = widened(typed.W);
    const Matrix<double> H = widened(typed.H());
    return reconstruct<double>(W.view(), H.view(), 0, W.rows());
  });
}

template NONNEG_EXPORT Matrix<float> reconstruct(MatrixView<const float>, MatrixView<const float>,
                                                 Index, Index);
template NONNEG_EXPORT Matrix<double> reconstruct(MatrixView<const double>,
                                                  MatrixView<const double>, Index, Index);

}  // namespace nonneg
