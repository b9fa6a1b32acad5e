// SPDX-License-Identifier: Apache-2.0
#include "nonneg/element_type.hpp"

#include <array>

namespace nonneg {

namespace {

struct ElementKind {
  ElementType type;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array kElementKinds{ElementKind{ElementType::uint8, "uint8", 1},
                                   ElementKind{ElementType::int8, "int8", 1},
                                   ElementKind{ElementType::uint16, "uint16", 2},
                                   ElementKind{ElementType::int16, "int16", 2},
                                   ElementKind{ElementType::uint32, "uint32", 4},
                                   ElementKind{ElementType::int32, "int32", 4},
                                   ElementKind{ElementType::uint64, "uint64", 8},
                                   ElementKind{ElementType::int64, "int64", 8},
                                   ElementKind{ElementType::float16, "float16", 2},
                                   ElementKind{ElementType::float32, "float32", 4},
                                   ElementKind{ElementType::float64, "float64", 8}};

/// What no caller has made by a cast has a line.
constexpr ElementKind kind_of(ElementType type) noexcept {
  for (const ElementKind& kind : kElementKinds) {
    if (kind.type == type) return kind;
  }
  return {type, "unknown", 0};
}

}  // namespace

std::size_t element_size(ElementType type) noexcept { return kind_of(type).bytes; }
std::string_view element_name(ElementType type) noexcept { return kind_of(type).name; }

}  // namespace nonneg
