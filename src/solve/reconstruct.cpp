// SPDX-License-Identifier: Apache-2.0
#include "nonneg/reconstruct.hpp"

#include <fmt/format.h>

#include "base/host_memory.hpp"
#include "cpu/gemm.hpp"

namespace nonneg {

template <class T>
Matrix<T> reconstruct(MatrixView<const T> W, MatrixView<const T> H, Index first, Index count) {
  require_on_host(Subject::W, W.space());
  require_on_host(Subject::H, H.space());
  if (W.cols() != H.rows()) {
    throw InvalidArgument(
        Subject::W,
        fmt::format("W is {} x {} and H is {} x {}: W must have as many columns as H has rows",
                    W.rows(), W.cols(), H.rows(), H.cols()));
  }
  const MatrixView<const T> rows = W.row_block(first, count);
  Matrix<T> product(count, H.cols());
  cpu::gemm<T>(cpu::Transpose::no, rows, H, T{0}, product.view());
  return product;
}

template NONNEG_EXPORT Matrix<float> reconstruct(MatrixView<const float>, MatrixView<const float>,
                                                 Index, Index);
template NONNEG_EXPORT Matrix<double> reconstruct(MatrixView<const double>,
                                                  MatrixView<const double>, Index, Index);

}  // namespace nonneg
