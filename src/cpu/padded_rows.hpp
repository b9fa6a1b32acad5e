// SPDX-License-Identifier: Apache-2.0
/// Rows that may be read in whole vectors.
#pragma once

#include <algorithm>

#include "nonneg/matrix.hpp"

namespace nonneg::cpu {

/// The least multiple of `step` that is not below `cols`.
constexpr Index padded_cols(Index cols, Index step) { return (cols + step - 1) / step * step; }

/// Copies X's rows to rows of `ld` entries, with zeros at their end.
template <class T>
void pad_rows(MatrixView<const T> X, T* out, Index ld) {
  for (Index i = 0; i < X.rows(); ++i) {
    T* end = std::copy_n(X.row(i), X.cols(), out + i * ld);
    std::fill(end, out + (i + 1) * ld, T{0});
  }
}

/// X with its rows padded with zeros to a multiple of `step` entries; X itself where they are that
/// already.
template <class T>
class PaddedRows {
 public:
  PaddedRows(MatrixView<const T> X, Index step) : data_(X.data()), ld_(X.ld()) {
    const Index cols = padded_cols(X.cols(), step);
    if (X.cols() == cols) return;
    padded_ = Matrix<T>(X.rows(), cols);
    pad_rows(X, padded_.data(), cols);
    data_ = padded_.data();
    ld_ = cols;
  }

  const T* row(Index i) const { return data_ + i * ld_; }
  Index ld() const { return ld_; }

 private:
  Matrix<T> padded_;
  const T* data_;
  Index ld_;
};

}  // namespace nonneg::cpu
