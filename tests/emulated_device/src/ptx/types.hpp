// SPDX-License-Identifier: Apache-2.0
// PTX fundamental types, state spaces and how register bits are read as values.
#pragma once

#include <cstdint>
#include <string_view>

namespace nonneg::emulated::ptx {

enum class Type : std::uint8_t {
  None,
  B8,
  U8,
  S8,
  B16,
  U16,
  S16,
  F16,
  BF16,
  B32,
  U32,
  S32,
  F32,
  B64,
  U64,
  S64,
  F64,
  Pred,
  F16x2,
  BF16x2,
  B128
};

enum class Space : std::uint8_t { Generic, Global, Shared, Local, Param, Const };

enum class Rounding : std::uint8_t { Nearest, Zero, Down, Up };

/// "f32" -> Type::F32; None where it names no type.
Type type_named(std::string_view name);
/// "shared::cta" -> Space::Shared; Generic where it names no space.
Space space_named(std::string_view name);

constexpr int size_of(Type t) {
  switch (t) {
    case Type::B8:
    case Type::U8:
    case Type::S8:
    case Type::Pred:
      return 1;
    case Type::B16:
    case Type::U16:
    case Type::S16:
    case Type::F16:
    case Type::BF16:
      return 2;
    case Type::B32:
    case Type::U32:
    case Type::S32:
    case Type::F32:
    case Type::F16x2:
    case Type::BF16x2:
      return 4;
    case Type::B128:
      return 16;
    default:
      return 8;
  }
}
constexpr int bits_of(Type t) { return size_of(t) * 8; }

constexpr bool is_float(Type t) {
  return t == Type::F16 || t == Type::BF16 || t == Type::F32 || t == Type::F64;
}
constexpr bool is_packed_half(Type t) { return t == Type::F16x2 || t == Type::BF16x2; }
constexpr bool is_arithmetic_float(Type t) { return is_float(t) || is_packed_half(t); }
constexpr bool is_signed(Type t) {
  return t == Type::S8 || t == Type::S16 || t == Type::S32 || t == Type::S64;
}

/// Register bits as an integer of type t in 64 bits: sign-extended for signed types, zero-extended
/// for others.
constexpr std::uint64_t as_integer(std::uint64_t bits, Type t) {
  switch (t) {
    case Type::S8:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(bits)));
    case Type::S16:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int16_t>(bits)));
    case Type::S32:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(bits)));
    case Type::Pred:
      return bits & 1;
    default:
      break;
  }
  switch (size_of(t)) {
    case 1:
      return static_cast<std::uint8_t>(bits);
    case 2:
      return static_cast<std::uint16_t>(bits);
    case 4:
      return static_cast<std::uint32_t>(bits);
    default:
      return bits;
  }
}

}  // namespace nonneg::emulated::ptx
