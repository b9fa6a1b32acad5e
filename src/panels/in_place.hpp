// SPDX-License-Identifier: Apache-2.0
/// Whether panels are read where they lie, or widened into a buffer.
#pragma once

#include "nonneg/data_view.hpp"

namespace nonneg {

/// True where A's rows are adjacent entries of the compute type, do not overlap, and need no
/// scaling.
inline bool readable_in_place(const DataView& A, ElementType compute_type, bool scaled) {
  return !scaled && A.type() == compute_type && A.row_major() &&
         (A.row_stride() >= A.cols() || A.rows() <= 1);
}

/// True where sparse values are of the compute type, and need no scaling.
inline bool readable_in_place(const SparseView& A, ElementType compute_type, bool scaled) {
  return !scaled && A.type() == compute_type;
}

}  // namespace nonneg
