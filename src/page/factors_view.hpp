// SPDX-License-Identifier: Apache-2.0
/// W and H as a snapshot has them, whichever way H is stored.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::page {

template <class T>
struct FactorsView {
  /// m x k, or the sample's rows.
  MatrixView<const T> W;
  /// Entry (c, j) of H lies at H[c * h_row + j * h_col].
  const T* H = nullptr;
  Index h_row = 0;
  Index h_col = 0;
  Index cols = 0;

  T h(Index c, Index j) const noexcept { return H[c * h_row + j * h_col]; }
};

/// Views H by its transpose, n x k.
template <class T>
FactorsView<T> factors_by_transpose(MatrixView<const T> W, MatrixView<const T> Ht) {
  return {W, Ht.data(), 1, Ht.ld(), Ht.rows()};
}

/// Views H as it is in a file, k x n.
template <class T>
FactorsView<T> factors_by_rows(MatrixView<const T> W, MatrixView<const T> H) {
  return {W, H.data(), H.ld(), 1, H.cols()};
}

}  // namespace nonneg::page
