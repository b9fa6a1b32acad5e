// SPDX-License-Identifier: Apache-2.0
/// The stored entries of sparse data, by themselves.
#pragma once

#include <algorithm>
#include <cstddef>

#include "nonneg/data_view.hpp"

namespace nonneg {

/// Returns `count` stored entries of a sparse view from its `first` one on, as a dense row.
inline DataView stored_entries(const SparseView& stored, Index first, Index count) {
  const Index at = (stored.rows() > 0 ? stored.row_offsets()[0] : 0) + first;
  const auto size = static_cast<Index>(element_size(stored.type()));
  return {static_cast<const std::byte*>(stored.values()) + at * size,
          stored.type(),
          1,
          count,
          std::max<Index>(count, 1),
          1};
}

/// All of them.
inline DataView stored_entries(const SparseView& stored) {
  return stored_entries(stored, 0, stored.entries());
}

}  // namespace nonneg
