// SPDX-License-Identifier: Apache-2.0
// cvt and comparisons.
#include <cmath>
#include <limits>

#include "../findings.hpp"
#include "instructions.hpp"
#include "numeric.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::as_integer;
using ptx::Compare;
using ptx::Flow;
using ptx::Instruction;
using ptx::Opcode;
using ptx::Rounding;
using ptx::Type;
using ptx::Variant;
using std::int64_t;
using std::uint64_t;

uint64_t highest(Type t) {
  const int bits = ptx::bits_of(t) - (ptx::is_signed(t) ? 1 : 0);
  return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}
int64_t lowest(Type t) { return ptx::is_signed(t) ? -static_cast<int64_t>(highest(t)) - 1 : 0; }

uint64_t integer_to_integer(const Instruction& in, uint64_t bits) {
  const uint64_t x = as_integer(bits, in.source_type);
  if (!in.saturate) return as_integer(x, in.type);
  const bool negative = ptx::is_signed(in.source_type) && static_cast<int64_t>(x) < 0;
  if (negative) {
    const int64_t bound = lowest(in.type);
    return static_cast<int64_t>(x) < bound ? as_integer(static_cast<uint64_t>(bound), in.type)
                                           : as_integer(x, in.type);
  }
  return std::min(x, highest(in.type));
}

template <class T>
T integer_to(uint64_t x, bool is_signed, Rounding rounding) {
  const RoundingScope scope(rounding);
  const volatile uint64_t bits = x;
  const volatile T value =
      is_signed ? static_cast<T>(static_cast<int64_t>(bits)) : static_cast<T>(bits);
  return value;
}

uint64_t integer_to_float(const Instruction& in, uint64_t bits) {
  const uint64_t x = as_integer(bits, in.source_type);
  const bool is_signed = ptx::is_signed(in.source_type);
  if (in.type == Type::F32) return bits_of(integer_to<float>(x, is_signed, in.rounding));
  if (in.type == Type::F64) return bits_of(integer_to<double>(x, is_signed, in.rounding));
  return rounded_bits(integer_to<double>(x, is_signed, Rounding::Nearest), in.type,
                      Rounding::Nearest);
}

double to_integral(double x, Rounding rounding) {
  switch (rounding) {
    case Rounding::Nearest:
      return std::nearbyint(x);
    case Rounding::Zero:
      return std::trunc(x);
    case Rounding::Down:
      return std::floor(x);
    case Rounding::Up:
      return std::ceil(x);
  }
  return x;
}

double source_value(const Instruction& in, uint64_t bits) {
  const double x = value_of(bits, in.source_type);
  return in.flush && in.source_type == Type::F32 ? flush(static_cast<float>(x)) : x;
}

uint64_t float_to_float(const Instruction& in, uint64_t bits) {
  double x = source_value(in, bits);
  if (in.source_type == in.type && !in.integer_rounding && !in.saturate && !in.flush) return bits;
  if (in.integer_rounding) x = to_integral(x, in.rounding);
  if (in.saturate) x = saturate(x);
  const uint64_t result =
      rounded_bits(x, in.type, in.integer_rounding ? Rounding::Nearest : in.rounding);
  return in.flush && in.type == Type::F32 ? bits_of(flush(to_float(result))) : result;
}

/// Saturates as the hardware does; NaN gives 0, and the highest bit alone for 64-bit results.
uint64_t float_to_integer(const Instruction& in, uint64_t bits) {
  const double x =
      to_integral(source_value(in, bits), in.integer_rounding ? in.rounding : Rounding::Zero);
  const int width = ptx::bits_of(in.type);
  if (std::isnan(x)) return width == 64 ? uint64_t{1} << 63 : 0;
  if (ptx::is_signed(in.type)) {
    const double bound = std::ldexp(1.0, width - 1);
    if (x < -bound) return as_integer(uint64_t{1} << (width - 1), in.type);
    if (x >= bound) return highest(in.type);
    return as_integer(static_cast<uint64_t>(static_cast<int64_t>(x)), in.type);
  }
  if (x < 0) return 0;
  return x >= std::ldexp(1.0, width) ? highest(in.type) : static_cast<uint64_t>(x);
}

template <uint64_t (*F)(const Instruction&, uint64_t)>
Flow convert(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, F(in, b.read(t, in, 1)));
  return Flow::Next;
}

uint64_t pack_one(const Instruction& in, float x) {
  const bool toward_zero = in.rounding == Rounding::Zero;
  if (in.type == Type::BF16x2) return toward_zero ? bits_of(x) >> 16 : bfloat_bits(x);
  constexpr float kMaxHalf = 65504.0f;
  if (toward_zero) return half_bits_toward_zero(x);
  if (in.saturate && !std::isnan(x)) x = std::clamp(x, -kMaxHalf, kMaxHalf);
  return half_bits(x);
}

/// cvt.rn.f16x2.f32 d, a, b: a goes to the upper half.
Flow convert_pair(ThreadBlock& b, Thread& t, const Instruction& in) {
  if (in.source_type != Type::F32 || !ptx::is_packed_half(in.type) || in.operand_count > 3)
    throw DeviceError(719, in.mnemonic + " is not emulated, " + b.where(t, in));
  float upper = to_float(b.read(t, in, 1)), lower = to_float(b.read(t, in, 2));
  if (in.relu) {
    upper = upper > 0 ? upper : 0;
    lower = lower > 0 ? lower : 0;
  }
  b.write(t, in, pack_one(in, upper) << 16 | pack_one(in, lower));
  return Flow::Next;
}

template <class T>
bool compare_ordered(Compare c, T x, T y) {
  switch (c) {
    case Compare::Eq:
    case Compare::EqU:
      return x == y;
    case Compare::Ne:
    case Compare::NeU:
      return x != y;
    case Compare::Lt:
    case Compare::LtU:
      return x < y;
    case Compare::Le:
    case Compare::LeU:
      return x <= y;
    case Compare::Gt:
    case Compare::GtU:
      return x > y;
    case Compare::Ge:
    case Compare::GeU:
      return x >= y;
    default:
      return c == Compare::Num;
  }
}

bool true_for_nan(Compare c) {
  switch (c) {
    case Compare::EqU:
    case Compare::NeU:
    case Compare::LtU:
    case Compare::LeU:
    case Compare::GtU:
    case Compare::GeU:
    case Compare::NaN:
      return true;
    default:
      return false;
  }
}

bool combine(Variant v, bool a, bool b) {
  return v == Variant::And ? (a && b) : v == Variant::Or ? (a || b) : a != b;
}

Flow set_predicate(ThreadBlock& b, Thread& t, const Instruction& in) {
  bool holds = compare_values(in.compare, in.type, b.read(t, in, 1), b.read(t, in, 2), in.flush);
  bool otherwise = !holds;
  if (in.variant != Variant::None) {
    const bool c = (b.read(t, in, 3) & 1) != 0;
    holds = combine(in.variant, holds, c);
    otherwise = combine(in.variant, otherwise, c);
  }
  b.write(t, in, holds);
  if (in.operands[0].second_reg >= 0) t.registers[in.operands[0].second_reg] = otherwise;
  return Flow::Next;
}

Flow set_value(ThreadBlock& b, Thread& t, const Instruction& in) {
  bool holds =
      compare_values(in.compare, in.source_type, b.read(t, in, 1), b.read(t, in, 2), in.flush);
  if (in.variant != Variant::None) holds = combine(in.variant, holds, (b.read(t, in, 3) & 1) != 0);
  const uint64_t yes = in.type == Type::F32 ? bits_of(1.0f) : 0xffffffffu;
  b.write(t, in, holds ? yes : 0);
  return Flow::Next;
}

}  // namespace

bool compare_values(Compare comparison, Type type, uint64_t a, uint64_t b, bool flush_subnormals) {
  if (ptx::is_float(type)) {
    double x = value_of(a, type), y = value_of(b, type);
    if (flush_subnormals && type == Type::F32) {
      x = flush(static_cast<float>(x));
      y = flush(static_cast<float>(y));
    }
    if (std::isnan(x) || std::isnan(y)) return true_for_nan(comparison);
    return compare_ordered(comparison, x, y);
  }
  const uint64_t x = as_integer(a, type), y = as_integer(b, type);
  if (ptx::is_signed(type))
    return compare_ordered(comparison, static_cast<int64_t>(x), static_cast<int64_t>(y));
  return compare_ordered(comparison, x, y);
}

ptx::Handler select_conversion_handler(const Instruction& in) {
  if (in.opcode == Opcode::Setp) return set_predicate;
  if (in.opcode == Opcode::Set) return set_value;
  if (in.opcode != Opcode::Cvt) return nullptr;
  if (in.operand_count > 2) return convert_pair;
  if (ptx::is_packed_half(in.type) || ptx::is_packed_half(in.source_type)) return nullptr;
  const bool from_float = ptx::is_float(in.source_type), to_float_type = ptx::is_float(in.type);
  if (from_float) return to_float_type ? convert<float_to_float> : convert<float_to_integer>;
  return to_float_type ? convert<integer_to_float> : convert<integer_to_integer>;
}

}  // namespace nonneg::emulated
