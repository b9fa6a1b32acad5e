// SPDX-License-Identifier: Apache-2.0
// Integer and bit instructions. Every result is stored as its type reads it: see ptx::as_integer.
#include <algorithm>
#include <bit>
#include <limits>

#include "../findings.hpp"
#include "instructions.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::as_integer;
using ptx::Flow;
using ptx::Instruction;
using ptx::MulPart;
using ptx::Opcode;
using ptx::Type;
using ptx::Variant;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;
using Wide = unsigned __int128;
using SignedWide = __int128;

uint32_t low32(uint64_t v) { return static_cast<uint32_t>(v); }
int64_t as_signed(uint64_t v) { return static_cast<int64_t>(v); }
uint64_t as_unsigned(int64_t v) { return static_cast<uint64_t>(v); }
uint64_t bit(uint32_t position) { return uint64_t{1} << position; }

/// d = f(a) on integers of the instruction's type.
template <auto F>
Flow unary(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, F(as_integer(b.read(t, in, 1), in.type), in.type));
  return Flow::Next;
}

/// d = f(a, b) on integers of the instruction's type.
template <auto F>
Flow binary(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  const uint64_t y = as_integer(b.read(t, in, 2), in.type);
  b.write(t, in, as_integer(F(x, y, in.type), in.type));
  return Flow::Next;
}

uint64_t sum(uint64_t a, uint64_t b, Type) { return a + b; }
uint64_t difference(uint64_t a, uint64_t b, Type) { return a - b; }
uint64_t bit_and(uint64_t a, uint64_t b, Type) { return a & b; }
uint64_t bit_or(uint64_t a, uint64_t b, Type) { return a | b; }
uint64_t bit_xor(uint64_t a, uint64_t b, Type) { return a ^ b; }
uint64_t minimum(uint64_t a, uint64_t b, Type t) {
  return (ptx::is_signed(t) ? as_signed(a) < as_signed(b) : a < b) ? a : b;
}
uint64_t maximum(uint64_t a, uint64_t b, Type t) {
  return (ptx::is_signed(t) ? as_signed(a) > as_signed(b) : a > b) ? a : b;
}
uint64_t bit_not(uint64_t a, Type t) { return as_integer(~a, t); }
uint64_t is_zero(uint64_t a, Type) { return a == 0; }
uint64_t negate(uint64_t a, Type t) { return as_integer(0 - a, t); }
uint64_t absolute(uint64_t a, Type t) { return as_integer(as_signed(a) < 0 ? 0 - a : a, t); }
uint64_t population(uint64_t a, Type) { return static_cast<uint64_t>(std::popcount(a)); }
uint64_t leading_zeros(uint64_t a, Type t) {
  return static_cast<uint64_t>(std::countl_zero(a) - (64 - ptx::bits_of(t)));
}
uint64_t reversed(uint64_t a, Type t) {
  uint64_t r = 0;
  const int bits = ptx::bits_of(t);
  for (int i = 0; i < bits; ++i)
    if (a >> i & 1) r |= uint64_t{1} << (bits - 1 - i);
  return r;
}

Flow saturating_add(ThreadBlock& b, Thread& t, const Instruction& in) {
  const int64_t v = as_signed(as_integer(b.read(t, in, 1), Type::S32)) +
                    as_signed(as_integer(b.read(t, in, 2), Type::S32));
  const int64_t low = std::numeric_limits<std::int32_t>::min();
  const int64_t high = std::numeric_limits<std::int32_t>::max();
  b.write(t, in, low32(as_unsigned(std::clamp(v, low, high))));
  return Flow::Next;
}

/// add.cc, addc, sub.cc, subc: register 0 is the carry (or borrow).
Flow add_with_carry(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  const uint64_t y = as_integer(b.read(t, in, 2), in.type);
  const uint64_t carry = in.opcode == Opcode::Addc ? t.registers[0] & 1 : 0;
  if (ptx::size_of(in.type) == 8) {
    const Wide v = Wide{x} + y + carry;
    if (in.carry) t.registers[0] = static_cast<uint64_t>(v >> 64);
    b.write(t, in, static_cast<uint64_t>(v));
  } else {
    const uint64_t v = uint64_t{low32(x)} + low32(y) + carry;
    if (in.carry) t.registers[0] = v >> 32;
    b.write(t, in, as_integer(v, in.type));
  }
  return Flow::Next;
}

Flow subtract_with_borrow(ThreadBlock& b, Thread& t, const Instruction& in) {
  uint64_t x = as_integer(b.read(t, in, 1), in.type);
  uint64_t y = as_integer(b.read(t, in, 2), in.type);
  const uint64_t borrow = in.opcode == Opcode::Subc ? t.registers[0] & 1 : 0;
  if (ptx::size_of(in.type) != 8) {
    x = low32(x);
    y = low32(y);
  }
  if (in.carry) t.registers[0] = Wide{x} < Wide{y} + borrow ? 1 : 0;
  b.write(t, in, as_integer(x - y - borrow, in.type));
  return Flow::Next;
}

Type widened(Type t) {
  switch (t) {
    case Type::S32:
      return Type::S64;
    case Type::U32:
      return Type::U64;
    case Type::S16:
      return Type::S32;
    default:
      return Type::U32;
  }
}

uint64_t product(uint64_t a, uint64_t b, Type t, MulPart part) {
  if (part != MulPart::High) return a * b;
  if (ptx::size_of(t) == 8)
    return ptx::is_signed(t)
               ? static_cast<uint64_t>((SignedWide{as_signed(a)} * as_signed(b)) >> 64)
               : static_cast<uint64_t>((Wide{a} * b) >> 64);
  if (ptx::is_signed(t)) return as_unsigned((as_signed(a) * as_signed(b)) >> ptx::bits_of(t));
  return (a * b) >> ptx::bits_of(t);
}

/// mul, mad, madc, mul24, mad24 in all parts.
Flow multiply_add(ThreadBlock& b, Thread& t, const Instruction& in) {
  uint64_t x = as_integer(b.read(t, in, 1), in.type);
  uint64_t y = as_integer(b.read(t, in, 2), in.type);
  if (in.opcode == Opcode::Mul24 || in.opcode == Opcode::Mad24) {
    const auto low24 = [&](uint64_t v) {
      return ptx::is_signed(in.type) ? as_unsigned(as_signed(v << 40) >> 40) : v & 0xffffff;
    };
    x = low24(x);
    y = low24(y);
  }
  const Type result = in.part == MulPart::Wide ? widened(in.type) : in.type;
  uint64_t v = product(x, y, in.type, in.part);
  if (in.opcode != Opcode::Mul && in.opcode != Opcode::Mul24) {
    const uint64_t addend = as_integer(b.read(t, in, 3), result);
    const uint64_t carry = in.opcode == Opcode::Madc ? t.registers[0] & 1 : 0;
    v = as_integer(v, result);
    if (ptx::size_of(result) == 8) {
      const Wide w = Wide{v} + addend + carry;
      if (in.carry) t.registers[0] = static_cast<uint64_t>(w >> 64);
      v = static_cast<uint64_t>(w);
    } else {
      const uint64_t w = uint64_t{low32(v)} + low32(addend) + carry;
      if (in.carry) t.registers[0] = w >> 32 & 1;
      v = w;
    }
  }
  b.write(t, in, as_integer(v, result));
  return Flow::Next;
}

Flow divide(ThreadBlock& b, Thread& t, const Instruction& in) {
  const bool remainder = in.opcode == Opcode::Rem;
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  const uint64_t y = as_integer(b.read(t, in, 2), in.type);
  uint64_t result = 0;
  if (y == 0) {
    report(remainder ? "integer remainder by zero" : "integer division by zero", b.site_key(in),
           b.where(t, in));
    result = remainder ? x : ~uint64_t{0};
  } else if (!ptx::is_signed(in.type)) {
    result = remainder ? x % y : x / y;
  } else if (as_signed(y) == -1) {
    result = remainder ? 0 : 0 - x;
  } else {
    result = as_unsigned(remainder ? as_signed(x) % as_signed(y) : as_signed(x) / as_signed(y));
  }
  b.write(t, in, as_integer(result, in.type));
  return Flow::Next;
}

Flow shift_left(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint32_t count = low32(b.read(t, in, 2));
  const bool out = count >= static_cast<uint32_t>(ptx::bits_of(in.type));
  b.write(t, in, out ? 0 : as_integer(b.read(t, in, 1) << count, in.type));
  return Flow::Next;
}

Flow shift_right(ThreadBlock& b, Thread& t, const Instruction& in) {
  const auto bits = static_cast<uint32_t>(ptx::bits_of(in.type));
  const uint32_t count = low32(b.read(t, in, 2));
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  if (ptx::is_signed(in.type))
    b.write(t, in, as_integer(as_unsigned(as_signed(x) >> std::min(count, bits - 1)), in.type));
  else
    b.write(t, in, count >= bits ? 0 : x >> count);
  return Flow::Next;
}

Flow funnel_shift(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t pair = uint64_t{low32(b.read(t, in, 2))} << 32 | low32(b.read(t, in, 1));
  uint32_t count = low32(b.read(t, in, 3));
  count = in.wrap ? count & 31 : std::min(count, 32u);
  if (in.variant == Variant::Left)
    b.write(t, in, count == 0 ? low32(pair >> 32) : low32((pair << count) >> 32));
  else
    b.write(t, in, low32(pair >> count));
  return Flow::Next;
}

Flow sum_of_absolute_difference(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  const uint64_t y = as_integer(b.read(t, in, 2), in.type);
  b.write(t, in,
          as_integer(b.read(t, in, 3) + maximum(x, y, in.type) - minimum(x, y, in.type), in.type));
  return Flow::Next;
}

Flow find_leading_bit(ThreadBlock& b, Thread& t, const Instruction& in) {
  uint64_t v = as_integer(b.read(t, in, 1), in.type);
  if (ptx::is_signed(in.type) && as_signed(v) < 0) v = ~v;
  if (ptx::size_of(in.type) == 4) v = low32(v);
  uint64_t position = v != 0 ? 63 - static_cast<uint64_t>(std::countl_zero(v)) : 0xffffffffu;
  if (in.shift_amount && v != 0)
    position = static_cast<uint64_t>(ptx::bits_of(in.type)) - 1 - position;
  b.write(t, in, position);
  return Flow::Next;
}

Flow extract_field(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = as_integer(b.read(t, in, 1), in.type);
  const uint32_t position = b.read(t, in, 2) & 255, length = b.read(t, in, 3) & 255;
  const auto bits = static_cast<uint32_t>(ptx::bits_of(in.type));
  bool fill = false;
  if (length != 0 && ptx::is_signed(in.type))
    fill = x >> std::min(position + length - 1, bits - 1) & 1;
  uint64_t field = 0;
  for (uint32_t i = 0; i < bits; ++i) {
    const bool inside = i < length && position + i < bits;
    if (inside ? (x >> (position + i) & 1) != 0 : fill) field |= bit(i);
  }
  b.write(t, in, as_integer(field, in.type));
  return Flow::Next;
}

Flow insert_field(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t source = b.read(t, in, 1);
  uint64_t v = b.read(t, in, 2);
  const uint32_t position = b.read(t, in, 3) & 255, length = b.read(t, in, 4) & 255;
  const auto bits = static_cast<uint32_t>(ptx::bits_of(in.type));
  for (uint32_t i = 0; i < length && position + i < bits; ++i)
    v = (v & ~bit(position + i)) | (source >> i & 1) << (position + i);
  b.write(t, in, as_integer(v, in.type));
  return Flow::Next;
}

Flow permute_bytes(ThreadBlock& b, Thread& t, const Instruction& in) {
  if (in.mnemonic != "prmt.b32") throw DeviceError(719, in.mnemonic + ", " + b.where(t, in));
  const uint64_t pair = uint64_t{low32(b.read(t, in, 2))} << 32 | low32(b.read(t, in, 1));
  const uint32_t selectors = low32(b.read(t, in, 3));
  uint32_t result = 0;
  for (int i = 0; i < 4; ++i) {
    const uint32_t selector = selectors >> (4 * i) & 15;
    uint32_t byte = low32(pair >> (8 * (selector & 7))) & 255;
    if (selector & 8) byte = byte & 128 ? 255 : 0;  // replicate the sign
    result |= byte << (8 * i);
  }
  b.write(t, in, result);
  return Flow::Next;
}

Flow logic3(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint32_t x = low32(b.read(t, in, 1)), y = low32(b.read(t, in, 2)),
                 z = low32(b.read(t, in, 3));
  const uint64_t table = b.read(t, in, 4);
  uint32_t result = 0;
  for (int row = 0; row < 8; ++row)
    if (table >> row & 1) result |= (row & 4 ? x : ~x) & (row & 2 ? y : ~y) & (row & 1 ? z : ~z);
  b.write(t, in, result);
  return Flow::Next;
}

Flow bit_mask(ThreadBlock& b, Thread& t, const Instruction& in) {
  uint32_t position = low32(b.read(t, in, 1)), length = low32(b.read(t, in, 2));
  if (!in.clamp) {
    position &= 31;
    length &= 31;
  }
  const uint64_t ones = length >= 32 ? 0xffffffffu : bit(length) - 1;
  b.write(t, in, position >= 32 ? 0 : low32(ones << position));
  return Flow::Next;
}

Flow sign_or_zero_extend(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint32_t x = low32(b.read(t, in, 1));
  uint32_t length = low32(b.read(t, in, 2));
  if (!in.clamp) length &= 31;
  if (length >= 32) {
    b.write(t, in, x);
    return Flow::Next;
  }
  const uint32_t mask = low32(bit(length) - 1);
  const bool negative = in.type == Type::S32 && length > 0 && (x >> (length - 1) & 1) != 0;
  b.write(t, in, negative ? (x & mask) | ~mask : x & mask);
  return Flow::Next;
}

}  // namespace

ptx::Handler select_integer_handler(const Instruction& in) {
  if (ptx::is_arithmetic_float(in.type)) return nullptr;
  switch (in.opcode) {
    case Opcode::Add:
      return in.saturate ? saturating_add : in.carry ? add_with_carry : binary<sum>;
    case Opcode::Addc:
      return add_with_carry;
    case Opcode::Sub:
      return in.carry ? subtract_with_borrow : binary<difference>;
    case Opcode::Subc:
      return subtract_with_borrow;
    case Opcode::Mul:
    case Opcode::Mad:
    case Opcode::Madc:
    case Opcode::Mul24:
    case Opcode::Mad24:
      return multiply_add;
    case Opcode::Div:
    case Opcode::Rem:
      return divide;
    case Opcode::Min:
      return binary<minimum>;
    case Opcode::Max:
      return binary<maximum>;
    case Opcode::And:
      return binary<bit_and>;
    case Opcode::Or:
      return binary<bit_or>;
    case Opcode::Xor:
      return binary<bit_xor>;
    case Opcode::Not:
      return unary<bit_not>;
    case Opcode::Cnot:
      return unary<is_zero>;
    case Opcode::Neg:
      return unary<negate>;
    case Opcode::Abs:
      return unary<absolute>;
    case Opcode::Popc:
      return unary<population>;
    case Opcode::Clz:
      return unary<leading_zeros>;
    case Opcode::Brev:
      return unary<reversed>;
    case Opcode::Shl:
      return shift_left;
    case Opcode::Shr:
      return shift_right;
    case Opcode::Shf:
      return funnel_shift;
    case Opcode::Sad:
      return sum_of_absolute_difference;
    case Opcode::Bfind:
      return find_leading_bit;
    case Opcode::Bfe:
      return extract_field;
    case Opcode::Bfi:
      return insert_field;
    case Opcode::Prmt:
      return permute_bytes;
    case Opcode::Lop3:
      return logic3;
    case Opcode::Bmsk:
      return bit_mask;
    case Opcode::Szext:
      return sign_or_zero_extend;
    default:
      return nullptr;
  }
}

}  // namespace nonneg::emulated
