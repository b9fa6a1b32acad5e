// SPDX-License-Identifier: Apache-2.0
// Values and register bits: floats, halves, rounding modes.
#pragma once

#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "../ptx/types.hpp"

namespace nonneg::emulated {

inline float to_float(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}
inline std::uint64_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }
inline double to_double(std::uint64_t bits) { return std::bit_cast<double>(bits); }
inline std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }

// Half by hand: not every compiler has a type for it.
inline float half_to_float(std::uint64_t bits) {
  const auto sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const auto exponent = static_cast<std::uint32_t>(bits >> 10) & 0x1fU;
  const auto mantissa = static_cast<std::uint32_t>(bits) & 0x3ffU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  if (exponent == 0x1f) {
    const std::uint32_t quiet = mantissa != 0 ? 0x400000U : 0U;
    return std::bit_cast<float>(sign | 0x7f800000U | quiet | (mantissa << 13));
  }
  return std::bit_cast<float>(sign | ((exponent + 127 - 15) << 23) | (mantissa << 13));
}
/// Nearest even.
inline std::uint64_t half_bits(double value) {
  const std::uint64_t bits = bits_of(value);
  const std::uint64_t sign = bits >> 48 & 0x8000U;
  const double magnitude = std::fabs(value);
  if (std::isnan(value)) return sign | 0x7e00U | (bits >> 42 & 0x3ffU);
  if (magnitude >= 65520) return sign | 0x7c00U;
  // Below the least normal number, a half is a multiple of 2^-24.
  if (magnitude < 0x1p-14) {
    return sign | static_cast<std::uint64_t>(std::nearbyint(magnitude * 0x1p24));
  }
  const std::uint64_t kept = bits_of(magnitude);
  const std::uint64_t rounded = kept + (std::uint64_t{1} << 41) - 1 + (kept >> 42 & 1U);
  return sign | ((rounded - (std::uint64_t{1023 - 15} << 52)) >> 42);
}
inline std::uint64_t half_bits_toward_zero(double value) {
  const std::uint64_t bits = half_bits(value);
  return std::fabs(half_to_float(bits)) > std::fabs(value) ? bits - 1 : bits;
}

inline float bfloat_to_float(std::uint64_t bits) {
  return to_float(std::uint64_t{static_cast<std::uint16_t>(bits)} << 16);
}
/// Nearest even; the canonical NaN for every NaN.
inline std::uint64_t bfloat_bits(float value) {
  if (std::isnan(value)) return 0x7fff;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

/// Subnormals become zeros of the same sign: .ftz
inline float flush(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value) : value;
}

/// .sat: into [0, 1], NaN to 0
template <class T>
T saturate(T value) {
  return std::isnan(value) ? T(0) : std::max(T(0), std::min(T(1), value));
}

/// Sets the rounding direction of the host's arithmetic for its lifetime.
class RoundingScope {
 public:
  explicit RoundingScope(ptx::Rounding rounding) : active_(rounding != ptx::Rounding::Nearest) {
    if (!active_) return;
    previous_ = std::fegetround();
    std::fesetround(rounding == ptx::Rounding::Zero   ? FE_TOWARDZERO
                    : rounding == ptx::Rounding::Down ? FE_DOWNWARD
                                                      : FE_UPWARD);
  }
  ~RoundingScope() {
    if (active_) std::fesetround(previous_);
  }
  RoundingScope(const RoundingScope&) = delete;
  RoundingScope& operator=(const RoundingScope&) = delete;

 private:
  bool active_;
  int previous_ = FE_TONEAREST;
};

/// Register bits of a float type as a double, exactly.
inline double value_of(std::uint64_t bits, ptx::Type t) {
  switch (t) {
    case ptx::Type::F16:
      return half_to_float(bits);
    case ptx::Type::BF16:
      return bfloat_to_float(bits);
    case ptx::Type::F32:
      return to_float(bits);
    default:
      return to_double(bits);
  }
}

/// A double rounded to float type t, as register bits.
inline std::uint64_t rounded_bits(double value, ptx::Type t, ptx::Rounding rounding) {
  const bool toward_zero = rounding == ptx::Rounding::Zero;
  switch (t) {
    case ptx::Type::F32: {
      const RoundingScope scope(rounding);
      const volatile double wide = value;
      const volatile float narrow = static_cast<float>(wide);
      return bits_of(static_cast<float>(narrow));
    }
    case ptx::Type::F64:
      return bits_of(value);
    case ptx::Type::F16:
      return toward_zero ? half_bits_toward_zero(value) : half_bits(value);
    case ptx::Type::BF16:
      return toward_zero ? bits_of(static_cast<float>(value)) >> 16
                         : bfloat_bits(static_cast<float>(value));
    default:
      return 0;
  }
}

/// PTX min and max: -0 below +0; NaN yields the other operand unless it propagates.
template <class T>
T float_min_max(T a, T b, bool maximum, bool propagate_nan) {
  if (std::isnan(a) || std::isnan(b)) {
    if (propagate_nan) return std::numeric_limits<T>::quiet_NaN();
    return std::isnan(a) ? b : a;
  }
  if (a == b) return std::signbit(a) == maximum ? b : a;
  return (a > b) == maximum ? a : b;
}

}  // namespace nonneg::emulated
