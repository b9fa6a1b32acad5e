// SPDX-License-Identifier: Apache-2.0
#include "data/dense_copy.hpp"

#include <algorithm>

#include "data/widen.hpp"

namespace nonneg {
namespace {

/// Writes row i of `stored` to out[0] … out[cols - 1].
template <class T>
void scatter_row(const SparseView& stored, Index i, T* out) {
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

template <class T>
void copy_rows(const DataView& stored, MatrixView<T> out) {
  if (!stored.sparse()) {
    widen<T>(stored, 1.0, out);
    return;
  }
  for (Index i = 0; i < stored.rows(); ++i) scatter_row(stored.stored(), i, out.row(i));
}

}  // namespace

template <class T>
Matrix<T> dense_copy(const DataView& stored) {
  Matrix<T> dense(stored.rows(), stored.cols());
  copy_rows(stored, dense.view());
  return dense;
}

template <class T>
Matrix<T> dense_copy(const DataView& stored, const std::vector<Index>& rows) {
  Matrix<T> dense(std::ssize(rows), stored.cols());
  for (Index i = 0; i < dense.rows(); ++i) {
    const Index row = rows[static_cast<std::size_t>(i)];
    copy_rows(stored.row_block(row, 1), dense.view().row_block(i, 1));
  }
  return dense;
}

template Matrix<float> dense_copy(const DataView&);
template Matrix<double> dense_copy(const DataView&);
template Matrix<float> dense_copy(const DataView&, const std::vector<Index>&);
template Matrix<double> dense_copy(const DataView&, const std::vector<Index>&);

}  // namespace nonneg
