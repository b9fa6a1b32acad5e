// SPDX-License-Identifier: Apache-2.0
#include "data/widen.hpp"

#include <algorithm>

namespace nonneg {

namespace {

template <class T, class E>
void widen_as(const DataView& stored, double scale, MatrixView<T> out) {
  const auto* entries = static_cast<const E*>(stored.data());
  const Index row_stride = stored.row_stride();
  const Index col_stride = stored.col_stride();
  if (col_stride == 1) {
    for (Index i = 0; i < out.rows(); ++i) {
      const E* from = entries + i * row_stride;
      T* to = out.row(i);
      for (Index j = 0; j < out.cols(); ++j) to[j] = widened<T>(from[j], scale);
    }
    return;
  }
  // Column-major: by tiles of columns, so that both sides stay in cache.
  constexpr Index kTile = 32;
  for (Index first = 0; first < out.cols(); first += kTile) {
    const Index last = std::min(out.cols(), first + kTile);
    for (Index i = 0; i < out.rows(); ++i) {
      T* to = out.row(i);
      for (Index j = first; j < last; ++j) {
        to[j] = widened<T>(entries[i * row_stride + j * col_stride], scale);
      }
    }
  }
}

}  // namespace

template <class T>
void widen(const DataView& stored, double scale, MatrixView<T> out) {
  with_element_type(stored.type(), [&]<class E>(const E*) { widen_as<T, E>(stored, scale, out); });
}

template void widen(const DataView&, double, MatrixView<float>);
template void widen(const DataView&, double, MatrixView<double>);

}  // namespace nonneg
