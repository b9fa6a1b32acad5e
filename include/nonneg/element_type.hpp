/// The types in which matrices are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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
  std::uint16_t bits;
};

template <class E>
struct ElementTypeOf;
template <>
struct ElementTypeOf<std::uint8_t> {
  static constexpr ElementType value = ElementType::uint8;
};
template <>
struct ElementTypeOf<std::int8_t> {
  static constexpr ElementType value = ElementType::int8;
};
template <>
struct ElementTypeOf<std::uint16_t> {
  static constexpr ElementType value = ElementType::uint16;
};
template <>
struct ElementTypeOf<std::int16_t> {
  static constexpr ElementType value = ElementType::int16;
};
template <>
struct ElementTypeOf<std::uint32_t> {
  static constexpr ElementType value = ElementType::uint32;
};
template <>
struct ElementTypeOf<std::int32_t> {
  static constexpr ElementType value = ElementType::int32;
};
template <>
struct ElementTypeOf<std::uint64_t> {
  static constexpr ElementType value = ElementType::uint64;
};
template <>
struct ElementTypeOf<std::int64_t> {
  static constexpr ElementType value = ElementType::int64;
};
template <>
struct ElementTypeOf<Half> {
  static constexpr ElementType value = ElementType::float16;
};
template <>
struct ElementTypeOf<float> {
  static constexpr ElementType value = ElementType::float32;
};
template <>
struct ElementTypeOf<double> {
  static constexpr ElementType value = ElementType::float64;
};

}  // namespace nonneg
