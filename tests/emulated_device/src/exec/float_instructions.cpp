// SPDX-License-Identifier: Apache-2.0
// Floating-point arithmetic. float and double follow IEEE 754 as the device does; half and bfloat16
// are computed wider and rounded once. Approximate functions are the host's, correctly rounded or
// nearly so: their last digits differ from a GPU's.
#include <cmath>

#include "../findings.hpp"
#include "instructions.hpp"
#include "numeric.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::Flow;
using ptx::Instruction;
using ptx::Opcode;
using ptx::Rounding;
using ptx::Type;
using ptx::Variant;
using std::uint64_t;

struct Add {
  template <class T>
  T operator()(T a, T b, const Instruction&) const {
    return a + b;
  }
};
struct Subtract {
  template <class T>
  T operator()(T a, T b, const Instruction&) const {
    return a - b;
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b, const Instruction&) const {
    return a * b;
  }
};
struct Divide {
  template <class T>
  T operator()(T a, T b, const Instruction&) const {
    return a / b;
  }
};
struct SquareRoot {
  template <class T>
  T operator()(T a, T, const Instruction&) const {
    return std::sqrt(a);
  }
};
struct MinMax {
  template <class T>
  T operator()(T a, T b, const Instruction& in) const {
    return float_min_max(a, b, in.opcode == Opcode::Max, in.propagate_nan);
  }
};

/// The operation in the host's arithmetic under the instruction's rounding; volatile keeps the
/// compiler from moving it out of the scope of the rounding mode.
template <class T, class Op>
T directed(T a, T b, const Instruction& in, Op op) {
  if (in.rounding == Rounding::Nearest) [[likely]]
    return op(a, b, in);
  const RoundingScope scope(in.rounding);
  const volatile T x = a, y = b;
  const volatile T result = op(static_cast<T>(x), static_cast<T>(y), in);
  return result;
}

template <class Op>
uint64_t apply(const Instruction& in, uint64_t a, uint64_t b, Op op) {
  switch (in.type) {
    case Type::F32: {
      float x = to_float(a), y = to_float(b);
      if (in.flush) {
        x = flush(x);
        y = flush(y);
      }
      float result = directed(x, y, in, op);
      if (in.flush) result = flush(result);
      if (in.saturate) result = saturate(result);
      return bits_of(result);
    }
    case Type::F64:
      return bits_of(directed(to_double(a), to_double(b), in, op));
    case Type::F16:
      return half_bits(op(half_to_float(a), half_to_float(b), in));
    case Type::BF16:
      return bfloat_bits(op(bfloat_to_float(a), bfloat_to_float(b), in));
    case Type::F16x2:
      return half_bits(op(half_to_float(a), half_to_float(b), in)) |
             half_bits(op(half_to_float(a >> 16), half_to_float(b >> 16), in)) << 16;
    default:
      return bfloat_bits(op(bfloat_to_float(a), bfloat_to_float(b), in)) |
             bfloat_bits(op(bfloat_to_float(a >> 16), bfloat_to_float(b >> 16), in)) << 16;
  }
}

template <class Op>
Flow binary(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, apply(in, b.read(t, in, 1), b.read(t, in, 2), Op{}));
  return Flow::Next;
}

/// The common case: float or double, nearest, no modifiers.
template <class T, class Op>
Flow plain_binary(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = b.read(t, in, 1), y = b.read(t, in, 2);
  if constexpr (sizeof(T) == 4)
    b.write(t, in, bits_of(Op{}(to_float(x), to_float(y), in)));
  else
    b.write(t, in, bits_of(Op{}(to_double(x), to_double(y), in)));
  return Flow::Next;
}

template <class Op>
ptx::Handler binary_handler(const Instruction& in) {
  const bool plain = in.rounding == Rounding::Nearest && !in.flush && !in.saturate;
  if (plain && in.type == Type::F32) return plain_binary<float, Op>;
  if (plain && in.type == Type::F64) return plain_binary<double, Op>;
  return binary<Op>;
}

template <class T>
T directed_fma(T a, T b, T c, Rounding rounding) {
  if (rounding == Rounding::Nearest) [[likely]]
    return std::fma(a, b, c);
  const RoundingScope scope(rounding);
  const volatile T x = a, y = b, z = c;
  const volatile T result = std::fma(static_cast<T>(x), static_cast<T>(y), static_cast<T>(z));
  return result;
}

/// Exact in double for half operands: their products have 22 bits.
uint64_t half_fma(uint64_t a, uint64_t b, uint64_t c) {
  return half_bits(std::fma(static_cast<double>(half_to_float(a)),
                            static_cast<double>(half_to_float(b)),
                            static_cast<double>(half_to_float(c))));
}
uint64_t bfloat_fma(uint64_t a, uint64_t b, uint64_t c) {
  return bfloat_bits(static_cast<float>(std::fma(static_cast<double>(bfloat_to_float(a)),
                                                 static_cast<double>(bfloat_to_float(b)),
                                                 static_cast<double>(bfloat_to_float(c)))));
}

Flow fused_multiply_add(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = b.read(t, in, 1), y = b.read(t, in, 2), z = b.read(t, in, 3);
  uint64_t result = 0;
  switch (in.type) {
    case Type::F32: {
      float p = to_float(x), q = to_float(y), r = to_float(z);
      if (in.flush) {
        p = flush(p);
        q = flush(q);
        r = flush(r);
      }
      float value = directed_fma(p, q, r, in.rounding);
      if (in.flush) value = flush(value);
      if (in.saturate) value = saturate(value);
      result = bits_of(value);
      break;
    }
    case Type::F64:
      result = bits_of(directed_fma(to_double(x), to_double(y), to_double(z), in.rounding));
      break;
    case Type::F16:
      result = half_fma(x, y, z);
      break;
    case Type::BF16:
      result = bfloat_fma(x, y, z);
      break;
    case Type::F16x2:
      result = half_fma(x, y, z) | half_fma(x >> 16, y >> 16, z >> 16) << 16;
      break;
    default:
      result = bfloat_fma(x, y, z) | bfloat_fma(x >> 16, y >> 16, z >> 16) << 16;
      break;
  }
  b.write(t, in, result);
  return Flow::Next;
}

/// Sign bits of every element of a float type.
uint64_t sign_mask(Type t) {
  switch (t) {
    case Type::F32:
      return 0x80000000u;
    case Type::F64:
      return uint64_t{1} << 63;
    case Type::F16:
    case Type::BF16:
      return 0x8000u;
    default:
      return 0x80008000u;
  }
}

uint64_t operand_bits(const Instruction& in, uint64_t bits) {
  if (in.type == Type::F32) {
    bits = static_cast<std::uint32_t>(bits);
    if (in.flush) bits = bits_of(flush(to_float(bits)));
  }
  return ptx::as_integer(bits, in.type);
}

Flow negate(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, operand_bits(in, b.read(t, in, 1)) ^ sign_mask(in.type));
  return Flow::Next;
}

Flow absolute(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, operand_bits(in, b.read(t, in, 1)) & ~sign_mask(in.type));
  return Flow::Next;
}

Flow reciprocal(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = b.read(t, in, 1);
  if (in.type == Type::F64 && in.approximate) {  // a seed: the low half of the mantissa is zero
    b.write(t, in, bits_of(1.0 / to_double(x)) & 0xffffffff00000000ull);
    return Flow::Next;
  }
  const uint64_t one = in.type == Type::F32 ? bits_of(1.0f) : bits_of(1.0);
  b.write(t, in, apply(in, one, x, Divide{}));
  return Flow::Next;
}

Flow square_root(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, apply(in, b.read(t, in, 1), 0, SquareRoot{}));
  return Flow::Next;
}

/// Functions the device approximates: computed in double, rounded once.
template <double (*F)(double)>
Flow approximated(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = b.read(t, in, 1);
  if (in.type == Type::F16) {
    b.write(t, in, half_bits(F(half_to_float(x))));
  } else if (in.type == Type::F64) {
    b.write(t, in, bits_of(F(to_double(x))));
  } else {
    float value = to_float(x);
    if (in.flush) value = flush(value);
    value = static_cast<float>(F(value));
    b.write(t, in, bits_of(in.flush ? flush(value) : value));
  }
  return Flow::Next;
}

double reciprocal_root(double x) { return 1.0 / std::sqrt(x); }
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double log_2(double x) { return std::log2(x); }
double exp_2(double x) { return std::exp2(x); }
double hyperbolic_tangent(double x) { return std::tanh(x); }

Flow copy_sign(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t sign = b.read(t, in, 1) & sign_mask(in.type);
  const uint64_t magnitude = operand_bits(in, b.read(t, in, 2)) & ~sign_mask(in.type);
  b.write(t, in, magnitude | sign);
  return Flow::Next;
}

Flow test_property(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t x = b.read(t, in, 1);
  const int kind =
      in.type == Type::F32 ? std::fpclassify(to_float(x)) : std::fpclassify(to_double(x));
  bool holds = false;
  switch (in.variant) {
    case Variant::Finite:
      holds = kind != FP_NAN && kind != FP_INFINITE;
      break;
    case Variant::Infinite:
      holds = kind == FP_INFINITE;
      break;
    case Variant::Number:
      holds = kind != FP_NAN;
      break;
    case Variant::NotANumber:
      holds = kind == FP_NAN;
      break;
    case Variant::Normal:
      holds = kind == FP_NORMAL;
      break;
    default:
      holds = kind == FP_SUBNORMAL;
      break;
  }
  b.write(t, in, holds);
  return Flow::Next;
}

}  // namespace

ptx::Handler select_float_handler(const Instruction& in) {
  if (!ptx::is_arithmetic_float(in.type)) return nullptr;
  switch (in.opcode) {
    case Opcode::Add:
      return binary_handler<Add>(in);
    case Opcode::Sub:
      return binary_handler<Subtract>(in);
    case Opcode::Mul:
      return binary_handler<Multiply>(in);
    case Opcode::Div:
      return binary_handler<Divide>(in);
    case Opcode::Min:
    case Opcode::Max:
      return binary_handler<MinMax>(in);
    case Opcode::Mad:
    case Opcode::Fma:
      return fused_multiply_add;
    case Opcode::Neg:
      return negate;
    case Opcode::Abs:
      return absolute;
    case Opcode::Rcp:
      return reciprocal;
    case Opcode::Sqrt:
      return square_root;
    case Opcode::Rsqrt:
      return approximated<reciprocal_root>;
    case Opcode::Sin:
      return approximated<sine>;
    case Opcode::Cos:
      return approximated<cosine>;
    case Opcode::Lg2:
      return approximated<log_2>;
    case Opcode::Ex2:
      return approximated<exp_2>;
    case Opcode::Tanh:
      return approximated<hyperbolic_tangent>;
    case Opcode::Copysign:
      return copy_sign;
    case Opcode::Testp:
      return test_property;
    default:
      return nullptr;
  }
}

}  // namespace nonneg::emulated
