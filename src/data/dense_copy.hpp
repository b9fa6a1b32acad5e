// SPDX-License-Identifier: Apache-2.0
/// Stored entries, of whatever type and order, as a dense matrix to compute with or to draw.
#pragma once

#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg {

/// Returns a row-major copy in T (float or double), of sparse data with its zeros. What T does not
/// hold is rounded to it. Throws OutOfMemory.
template <class T>
Matrix<T> dense_copy(const DataView& stored);

/// Copies the rows of `stored` that `rows` names, in that order.
template <class T>
Matrix<T> dense_copy(const DataView& stored, const std::vector<Index>& rows);

}  // namespace nonneg
