// SPDX-License-Identifier: Apache-2.0
/// The lower limit of an entry.
#pragma once

namespace nonneg {

/// A value below `floor` becomes `floor`. NaN stays NaN, where std::max and fmax would lose it.
template <class T>
constexpr T at_least(T value, T floor) {
  return value < floor ? floor : value;
}

}  // namespace nonneg
