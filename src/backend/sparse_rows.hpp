// SPDX-License-Identifier: Apache-2.0
/// Sparse data as the primitives take it.
#pragma once

#include <cstdint>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Compressed rows as the primitives of a backend read them: values in the compute type, all arrays
/// in the backend's own memory. Row i has the entries row_offsets[i] - base … row_offsets[i + 1] -
/// base - 1 of the other arrays.
template <class T>
struct SparseRows {
  const Index* row_offsets = nullptr;
  /// What the first row's offset is, where the arrays begin with it.
  Index base = 0;
  const std::int32_t* columns = nullptr;
  const T* values = nullptr;
  /// How much each stored entry counts; null where each counts 1.
  const T* weights = nullptr;
  Index rows = 0;
  Index cols = 0;
  /// Stored entries.
  Index entries = 0;
};

}  // namespace nonneg
