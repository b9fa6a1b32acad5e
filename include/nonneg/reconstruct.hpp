// SPDX-License-Identifier: Apache-2.0
/// What factors say that A is: W·H.
#pragma once

#include <type_traits>

#include "nonneg/any.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// Rows first … first + count - 1 of W·H (count × n), on the host, of W (m × k) and H (k × n)
/// there. Where nothing of a row or a column was observed (Result::unobserved_rows) that is 0, and
/// says nothing. Throws InvalidArgument where the shapes do not fit, rows lie outside of W, or a
/// factor lies on a device; OutOfMemory.
template <class T>
NONNEG_EXPORT Matrix<T> reconstruct(MatrixView<const T> W, MatrixView<const T> H, Index first,
                                    Index count);

/// The same of factors by whose type T is known, each a Matrix or MatrixView of T.
template <class FactorW, class FactorH>
auto reconstruct(const FactorW& W, const FactorH& H, Index first, Index count) {
  using T = std::conditional_t<ComputedEntry<calls::FactorEntry<FactorW>>,
                               calls::FactorEntry<FactorW>, float>;
  if constexpr (calls::require_factor<T, FactorW>() && calls::require_factor<T, FactorH>()) {
    return reconstruct<T>(calls::FactorAccess<FactorW>::view(W),
                          calls::FactorAccess<FactorH>::view(H), first, count);
  } else {
    return Matrix<T>();
  }
}

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

/// All rows of the model of a result whose type is known at run time, m × n, computed in float64.
NONNEG_EXPORT Matrix<double> reconstruct(const AnyResult& result);

}  // namespace nonneg
