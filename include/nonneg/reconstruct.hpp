// SPDX-License-Identifier: Apache-2.0
/// What factors say that A is: W·H.
#pragma once

#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// Rows first … first + count - 1 of W·H (count × n), on the host, of W (m × k) and H (k × n)
/// there. Where nothing of a row or a column was observed (Result::unobserved_rows) that is 0, and
/// says nothing. Throws InvalidArgument where the shapes do not fit, rows lie outside of W, or a
/// factor lies on a device; OutOfMemory.
template <class T>
NONNEG_EXPORT Matrix<T> reconstruct(MatrixView<const T> W, MatrixView<const T> H, Index first,
                                    Index count);

/// All rows of W·H, m × n.
template <class T>
Matrix<T> reconstruct(const Matrix<T>& W, const Matrix<T>& H) {
  return reconstruct<T>(W.view(), H.view(), 0, W.rows());
}

/// All rows of a result's model, m × n.
template <class T>
Matrix<T> reconstruct(const Result<T>& result) {
  return reconstruct(result.W, result.H());
}

}  // namespace nonneg
