// SPDX-License-Identifier: Apache-2.0
/// From a stored type to the compute type.
#pragma once

#include "data/element_types.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// out = scale · stored on the calling thread, which must not flush subnormals: entries of 1e-323
/// are data. The product is taken in double.
template <class T>
void widen(const DataView& stored, double scale, MatrixView<T> out);

/// An entry in T times `scale`, in double unless scale is 1.
template <class T, class E>
constexpr T widened(E entry, double scale) {
  const auto value = as_number(entry);
  return scale == 1 ? static_cast<T>(value) : static_cast<T>(static_cast<double>(value) * scale);
}

}  // namespace nonneg
