/// Sparse weights, laid out as the entries that they belong to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "nonneg/sparse_view.hpp"

namespace nonneg {

/// The weight of each entry that `stored` has, in its order; 0 where `weights` stores none.
template <class T>
std::vector<T> weights_of_stored(const SparseView& stored, const SparseView& weights) {
  std::vector<T> result(static_cast<std::size_t>(stored.entries()), T{0});
  const Index base = stored.rows() > 0 ? stored.row_offsets()[0] : 0;
  for (Index i = 0; i < stored.rows(); ++i) {
    const std::int32_t* first = weights.columns() + weights.row_offsets()[i];
    const std::int32_t* last = weights.columns() + weights.row_offsets()[i + 1];
    for (Index e = stored.row_offsets()[i]; e < stored.row_offsets()[i + 1]; ++e) {
      const std::int32_t* found = std::lower_bound(first, last, stored.columns()[e]);
      if (found == last || *found != stored.columns()[e]) continue;
      const Index at = found - weights.columns();
      result[static_cast<std::size_t>(e - base)] =
          weights.type() == ElementType::float32
              ? static_cast<T>(static_cast<const float*>(weights.values())[at])
              : static_cast<T>(static_cast<const double*>(weights.values())[at]);
    }
  }
  return result;
}

}  // namespace nonneg
