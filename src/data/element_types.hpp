// SPDX-License-Identifier: Apache-2.0
/// The C++ types of stored entries.
#pragma once

#include <cstdint>
#include <type_traits>

#include "formulas/half.hpp"
#include "nonneg/element_type.hpp"

namespace nonneg {

/// Calls body with a null `const E*`, E being the C++ type of `type`, to choose a template by it.
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

/// Returns whether every number of a type is one of float32, which holds whole numbers of up to 24
/// bits.
constexpr bool fits_float32(ElementType type) noexcept {
  switch (type) {
    case ElementType::uint32:
    case ElementType::int32:
    case ElementType::uint64:
    case ElementType::int64:
    case ElementType::float64:
      return false;
    default:
      return true;
  }
}

/// An entry as a number of C++: a half becomes a float, every other type stays.
template <class E>
constexpr auto as_number(E entry) noexcept {
  if constexpr (std::is_same_v<E, Half>) {
    return to_float(entry);
  } else {
    return entry;
  }
}

}  // namespace nonneg
