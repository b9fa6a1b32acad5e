/// Rows of sparse data with their zeros.
#pragma once

#include <algorithm>

#include "nonneg/sparse_view.hpp"

namespace nonneg {

/// Writes row i of `stored` to out[0] … out[cols - 1], of T float or double.
template <class T>
void write_dense_row(const SparseView& stored, Index i, T* out) {
  std::fill(out, out + stored.cols(), T{0});
  const auto scatter = [&](const auto* values) {
    for (Index e = stored.row_offsets()[i]; e < stored.row_offsets()[i + 1]; ++e) {
      out[stored.columns()[e]] = static_cast<T>(values[e]);
    }
  };
  if (stored.type() == ElementType::float32) {
    scatter(static_cast<const float*>(stored.values()));
  } else {
    scatter(static_cast<const double*>(stored.values()));
  }
}

}  // namespace nonneg
