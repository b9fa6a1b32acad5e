// SPDX-License-Identifier: Apache-2.0
/// The types in which matrices are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "nonneg/export.hpp"

namespace nonneg {

/// How an entry of A is stored. A stays in this type; panels are widened one at a time.
enum class ElementType {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float16,
  float32,
  float64
};

/// Bytes of one entry.
NONNEG_EXPORT std::size_t element_size(ElementType type) noexcept;
/// NumPy's name of the type: "uint8", "float32", ...
NONNEG_EXPORT std::string_view element_name(ElementType type) noexcept;

/// An IEEE 754 binary16 number, as stored.
struct Half {
  /// Sign, 5 bits of exponent, 10 of fraction.
  std::uint16_t bits;
};

/// The types of entries that C++ programs hand in: integers of 8 to 64 bits by whatever name
/// (bool is one of 8, 0 or 1), Half, float and double.
template <class E>
concept StoredEntry = (std::is_integral_v<E> && sizeof(E) <= 8) || std::is_same_v<E, Half> ||
                      std::is_same_v<E, float> || std::is_same_v<E, double>;

/// The types that factors are computed in, and matrices own entries of.
template <class T>
concept ComputedEntry = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// Its ElementType, as `value`.
template <StoredEntry E>
struct ElementTypeOf {
  /// The type of E.
  static constexpr ElementType value = [] {
    if constexpr (std::is_same_v<E, double>) {
      return ElementType::float64;
    } else if constexpr (std::is_same_v<E, float>) {
      return ElementType::float32;
    } else if constexpr (std::is_same_v<E, Half>) {
      return ElementType::float16;
    } else if constexpr (sizeof(E) == 1) {
      return std::is_signed_v<E> ? ElementType::int8 : ElementType::uint8;
    } else if constexpr (sizeof(E) == 2) {
      return std::is_signed_v<E> ? ElementType::int16 : ElementType::uint16;
    } else if constexpr (sizeof(E) == 4) {
      return std::is_signed_v<E> ? ElementType::int32 : ElementType::uint32;
    } else {
      return std::is_signed_v<E> ? ElementType::int64 : ElementType::uint64;
    }
  }();
};

}  // namespace nonneg
