// SPDX-License-Identifier: Apache-2.0
/// Half-precision numbers as float.
#pragma once

#include <bit>
#include <cstdint>

#include "nonneg/element_type.hpp"

namespace nonneg {

/// The number that an IEEE 754 binary16 stands for, exactly; NaN and infinities keep their meaning.
constexpr float to_float(Half half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half.bits & 0x8000U) << 16;
  const std::uint32_t magnitude = half.bits & 0x7FFFU;
  if (magnitude >= 0x7C00U) {  // infinity or NaN
    return std::bit_cast<float>(sign | 0x7F800000U | ((magnitude & 0x3FFU) << 13));
  }
  if (magnitude >= 0x0400U) {  // normal: the exponent's bias grows from 15 to 127
    return std::bit_cast<float>(sign | ((magnitude << 13) + (112U << 23)));
  }
  const float value = static_cast<float>(magnitude) * 0x1p-24F;
  return sign != 0 ? -value : value;
}

}  // namespace nonneg
