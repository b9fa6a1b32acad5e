// SPDX-License-Identifier: Apache-2.0
/// Sparse weights, laid out as the entries that they belong to.
#pragma once

#include <algorithm>
#include <cstdint>

#include "data/widen.hpp"
#include "nonneg/sparse_view.hpp"

namespace nonneg {

/// Writes `scale` times the weight of each entry that `stored` has to `result`, in its order; 0
/// where `weights` stores none. The product is taken in double.
template <class T>
void copy_weights_of_stored(const SparseView& stored, const SparseView& weights, double scale,
                            T* result) {
  for (Index i = 0; i < stored.rows(); ++i) {
    const std::int32_t* first = weights.columns() + weights.row_offsets()[i];
    const std::int32_t* last = weights.columns() + weights.row_offsets()[i + 1];
    for (Index e = stored.row_offsets()[i]; e < stored.row_offsets()[i + 1]; ++e, ++result) {
      const std::int32_t* found = std::lower_bound(first, last, stored.columns()[e]);
      if (found == last || *found != stored.columns()[e]) {
        *result = T{0};
        continue;
      }
      const Index at = found - weights.columns();
      *result = weights.type() == ElementType::float32
                    ? widened<T>(static_cast<const float*>(weights.values())[at], scale)
                    : widened<T>(static_cast<const double*>(weights.values())[at], scale);
    }
  }
}

}  // namespace nonneg
