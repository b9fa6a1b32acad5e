/// From a stored type to the compute type.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "nonneg/data_view.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// binary16 to float, exact; NaN and Inf keep their meaning.
constexpr float to_float(Half half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half.bits & 0x8000U) << 16;
  const std::uint32_t magnitude = half.bits & 0x7FFFU;
  if (magnitude >= 0x7C00U) {  // Inf, NaN
    return std::bit_cast<float>(sign | 0x7F800000U | ((magnitude & 0x3FFU) << 13));
  }
  if (magnitude >= 0x0400U) {  // normal: the exponent's bias grows from 15 to 127
    return std::bit_cast<float>(sign | ((magnitude << 13) + (112U << 23)));
  }
  const float value = static_cast<float>(magnitude) * 0x1p-24F;
  return sign != 0 ? -value : value;
}

/// out = scale · stored on the calling thread, which must not flush subnormals: entries of 1e-323
/// are data. The product is taken in double.
template <class T>
void widen(const DataView& stored, double scale, MatrixView<T> out);

/// Calls body with a null `const E*` of the view's stored type E, to choose a template by it.
template <class Body>
decltype(auto) with_element_type(ElementType type, const Body& body) {
  switch (type) {
    case ElementType::uint8:
      return body(static_cast<const std::uint8_t*>(nullptr));
    case ElementType::int8:
      return body(static_cast<const std::int8_t*>(nullptr));
    case ElementType::uint16:
      return body(static_cast<const std::uint16_t*>(nullptr));
    case ElementType::int16:
      return body(static_cast<const std::int16_t*>(nullptr));
    case ElementType::uint32:
      return body(static_cast<const std::uint32_t*>(nullptr));
    case ElementType::int32:
      return body(static_cast<const std::int32_t*>(nullptr));
    case ElementType::uint64:
      return body(static_cast<const std::uint64_t*>(nullptr));
    case ElementType::int64:
      return body(static_cast<const std::int64_t*>(nullptr));
    case ElementType::float16:
      return body(static_cast<const Half*>(nullptr));
    case ElementType::float32:
      return body(static_cast<const float*>(nullptr));
    case ElementType::float64:
      break;
  }
  return body(static_cast<const double*>(nullptr));
}

/// An entry as a number.
template <class E>
constexpr auto number(E entry) noexcept {
  if constexpr (std::is_same_v<E, Half>) {
    return to_float(entry);
  } else {
    return entry;
  }
}

}  // namespace nonneg::cpu
