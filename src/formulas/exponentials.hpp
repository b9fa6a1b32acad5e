// SPDX-License-Identifier: Apache-2.0
/// Logarithms and exponentials without branches, tables or calls: a compiler takes them a register
/// at a time, and host and device round alike but for what a fused multiplication saves. Ranges are
/// reduced by whole powers of 2 (Cody & Waite 1980), and what is left is a Taylor series.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace nonneg {

/// What the functions below need to know of a floating-point type.
template <class T>
struct FloatTraits;

template <>
struct FloatTraits<float> {
  using Bits = std::uint32_t;
  static constexpr int kMantissa = 23;
  /// ln 2 as the sum of two numbers, the first with so few bits that small multiples are exact.
  static constexpr float kLn2High = 0x1.62e4p-1F;
  static constexpr float kLn2Low = 0x1.7f7d1cp-20F;
  /// The last terms of the series below that T can tell.
  static constexpr std::size_t kLastOfAtanh = 4;
  static constexpr std::size_t kLastOfExp = 6;
  /// Between these x, e^x is a normal number.
  static constexpr float kMinExponent = -87;
  static constexpr float kMaxExponent = 88;
};

template <>
struct FloatTraits<double> {
  using Bits = std::uint64_t;
  static constexpr int kMantissa = 52;
  static constexpr double kLn2High = 0x1.62e42feep-1;
  static constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  static constexpr std::size_t kLastOfAtanh = 10;
  static constexpr std::size_t kLastOfExp = 12;
  static constexpr double kMinExponent = -708;
  static constexpr double kMaxExponent = 709;
};

/// 2·(atanh(s)/s − 1)/s² = Σ_c 2·x^c/(2c + 3), x = s².
struct AtanhSeries {
  static constexpr double coefficient(std::size_t c) {
    return 2.0 / static_cast<double>(2 * c + 3);
  }
};

/// (e^x − 1)/x = Σ_c x^c/(c + 1)!.
struct ExpSeries {
  static constexpr double coefficient(std::size_t c) {
    double reciprocal = 1;
    for (std::size_t n = 2; n <= c + 1; ++n) reciprocal /= static_cast<double>(n);
    return reciprocal;
  }
};

template <class Series, class T, std::size_t C>
inline constexpr T kCoefficient = static_cast<T>(Series::coefficient(C));

// A loop is taken a register at a time only where all that it calls is within it: functions that
// are long for a compiler are told to be.

/// Σ_c coefficient(c)·x^c, c <= Last.
template <class Series, std::size_t Last, class T, std::size_t... C>
[[gnu::always_inline]] constexpr T series_of(T x, std::index_sequence<C...> /*below_last*/) {
  T sum = kCoefficient<Series, T, Last>;
  ((sum = sum * x + kCoefficient<Series, T, Last - 1 - C>), ...);
  return sum;
}

template <class Series, std::size_t Last, class T>
[[gnu::always_inline]] constexpr T series_of(T x) {
  return series_of<Series, Last>(x, std::make_index_sequence<Last>{});
}

/// log(a/v) in parts that tell whether a and v are near.
template <class T>
struct LogRatio {
  /// k and s of a/v = 2^k·(1 + s)/(1 − s), |s| <= 0.201.
  T exponent;
  T s;
  /// 2·atanh(s) − 2·s.
  T tail;

  /// True for every a/v between 0.76 and 1.32, and for none below 0.66 or above 1.51.
  constexpr bool near() const { return exponent == T{0}; }
  /// log(a/v): where a is near v with a relative error of a few roundings, however near.
  [[gnu::always_inline]] constexpr T sum() const {
    using Traits = FloatTraits<T>;
    return exponent * Traits::kLn2High + (T{2} * s + (tail + exponent * Traits::kLn2Low));
  }
  /// log(a/v) + log(b/w), of which what cancels does so in whole numbers.
  [[gnu::always_inline]] constexpr T sum_with(const LogRatio& other) const {
    using Traits = FloatTraits<T>;
    const T exponents = exponent + other.exponent;
    const T rest = (T{2} * s + tail) + (T{2} * other.s + other.tail);
    return exponents * Traits::kLn2High + (rest + exponents * Traits::kLn2Low);
  }
};

/// log(a/v), a and v normal numbers > 0, v at least 4 times the least and at most an eighth of the
/// largest. For a = 0 the parts are some finite numbers, and NaN in v gives NaN.
template <class T>
[[gnu::always_inline]] constexpr LogRatio<T> log_ratio(T a, T v) {
  using Traits = FloatTraits<T>;
  using Bits = typename Traits::Bits;
  // The bits of a number, read as an integer, are its binary logarithm to 0.09.
  constexpr Bits kOne = Bits{1} << Traits::kMantissa;
  constexpr Bits kBias = Bits{1} << (8 * sizeof(T) - 2 - Traits::kMantissa);
  constexpr T kMagic = static_cast<T>(Bits{3} << (Traits::kMantissa - 1));
  const Bits of_a = std::bit_cast<Bits>(a);
  const Bits difference = of_a - std::bit_cast<Bits>(v);
  const Bits k =
      ((difference + (kOne >> 1) + (kBias << (Traits::kMantissa + 1))) >> Traits::kMantissa) -
      (kBias << 1);
  const T near_a = std::bit_cast<T>(of_a - (k << Traits::kMantissa));
  LogRatio<T> ratio{};
  ratio.exponent = std::bit_cast<T>(std::bit_cast<Bits>(kMagic) + k) - kMagic;
  ratio.s = (near_a - v) / (near_a + v);
  const T square = ratio.s * ratio.s;
  ratio.tail = ratio.s * square * series_of<AtanhSeries, Traits::kLastOfAtanh>(square);
  return ratio;
}

/// e^x = scale·(1 + rest), scale a power of 2 and |rest| <= 0.42; x from kMinExponent to
/// kMaxExponent.
template <class T>
struct SplitExponential {
  T scale;
  T rest;
};

template <class T>
[[gnu::always_inline]] constexpr SplitExponential<T> split_exponential(T x) {
  using Traits = FloatTraits<T>;
  using Bits = typename Traits::Bits;
  constexpr Bits kBias = (Bits{1} << (8 * sizeof(T) - 2 - Traits::kMantissa)) - 1;
  constexpr T kMagic = static_cast<T>(Bits{3} << (Traits::kMantissa - 1));
  constexpr T kLog2E = static_cast<T>(0x1.71547652b82fep+0);
  const T shifted = x * kLog2E + kMagic;
  const T whole = shifted - kMagic;
  const Bits k = std::bit_cast<Bits>(shifted) - std::bit_cast<Bits>(kMagic);
  const T r = (x - whole * Traits::kLn2High) - whole * Traits::kLn2Low;
  return {std::bit_cast<T>((k + kBias) << Traits::kMantissa),
          r * series_of<ExpSeries, Traits::kLastOfExp>(r)};
}

/// e^x; infinity where that is beyond T, and 0 where it is below T's normal numbers.
template <class T>
[[gnu::always_inline]] constexpr T exponential(T x) {
  using Traits = FloatTraits<T>;
  T within = x < Traits::kMinExponent ? Traits::kMinExponent : x;
  within = within > Traits::kMaxExponent ? Traits::kMaxExponent : within;
  const SplitExponential<T> e = split_exponential(within);
  const T value = e.scale + e.scale * e.rest;
  const T normal = x < Traits::kMinExponent ? T{0} : value;
  return x > Traits::kMaxExponent ? std::numeric_limits<T>::infinity() : normal;
}

/// (e^x − 1)/x for x <= 0, 1 at 0: it falls from 1 to 0.
template <class T>
[[gnu::always_inline]] constexpr T expm1_ratio(T x) {
  using Traits = FloatTraits<T>;
  const T within = x < Traits::kMinExponent ? Traits::kMinExponent : x;
  const SplitExponential<T> e = split_exponential(within);
  const T expm1 = e.scale * e.rest + (e.scale - T{1});
  return x == T{0} ? T{1} : expm1 / x;
}

}  // namespace nonneg
