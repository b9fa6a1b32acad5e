// SPDX-License-Identifier: Apache-2.0
/// The β-divergence d_β(a, v) of an entry a from the model's entry v: which β have forms of their
/// own, what its updates are made of, and their exponent. Powers and divisions are each backend's:
/// the CPU takes them in vectors, a device with its own functions. A type `Powers` states them,
/// with static functions root(x), reciprocal(x), reciprocal_root(x) and power(x, exponent).
#pragma once

namespace nonneg {

/// A β-divergence, as Options::beta has it, of entries and a model in T.
template <class T>
struct Divergence {
  /// Not of T, in which 1.0000001 is 1.
  double beta = 2;
  /// A smaller entry of the model is taken as this one, so that no power of it leaves T.
  T least = 0;
};

/// The β whose divergence or whose powers have forms of their own, and all others.
enum class BetaKind { frobenius, kullback_leibler, itakura_saito, half, three_halves, any };

constexpr BetaKind beta_kind(double beta) {
  if (beta == 2) return BetaKind::frobenius;
  if (beta == 1) return BetaKind::kullback_leibler;
  if (beta == 0) return BetaKind::itakura_saito;
  if (beta == 0.5) return BetaKind::half;
  return beta == 1.5 ? BetaKind::three_halves : BetaKind::any;
}

/// A kind that the compiler knows.
template <BetaKind Kind>
struct KnownKind {
  static constexpr BetaKind kKind = Kind;
};

/// Calls body(KnownKind<…>{}) for the kind.
template <class Body>
constexpr void with_kind(BetaKind kind, const Body& body) {
  switch (kind) {
    case BetaKind::frobenius:
      return body(KnownKind<BetaKind::frobenius>{});
    case BetaKind::kullback_leibler:
      return body(KnownKind<BetaKind::kullback_leibler>{});
    case BetaKind::itakura_saito:
      return body(KnownKind<BetaKind::itakura_saito>{});
    case BetaKind::half:
      return body(KnownKind<BetaKind::half>{});
    case BetaKind::three_halves:
      return body(KnownKind<BetaKind::three_halves>{});
    case BetaKind::any:
      return body(KnownKind<BetaKind::any>{});
  }
}

/// Whether an entry has a share: NaN and what has weight 0 were not observed.
template <class T>
constexpr bool is_observed(T a, T weight) {
  return a == a && weight != T{0};
}

/// v^(β−1), v > 0.
template <class Powers, class T>
constexpr T model_power(BetaKind kind, T v, double beta) {
  switch (kind) {
    case BetaKind::frobenius:
      return v;
    case BetaKind::kullback_leibler:
      return T{1};
    case BetaKind::itakura_saito:
      return Powers::reciprocal(v);
    case BetaKind::half:
      return Powers::reciprocal_root(v);
    case BetaKind::three_halves:
      return Powers::root(v);
    default:
      return Powers::power(v, static_cast<T>(beta - 1));
  }
}

/// a·v^(β−2), with power = v^(β−1): v^(β−2) alone may leave T where a·v^(β−2) does not.
template <class T>
constexpr T model_quotient(BetaKind kind, T a, T v, T power) {
  if (kind == BetaKind::frobenius) return a;
  return kind == BetaKind::kullback_leibler ? a / v : a / v * power;
}

/// weight·a·v^(β−2) and weight·v^(β−1): an entry's share of an update's numerator and denominator.
template <class T>
struct Quotient {
  T numerator;
  T denominator;
};

/// The exponent of the multiplicative update that never raises the β-divergence (Févotte & Idier
/// 2011).
constexpr double update_exponent(double beta) noexcept {
  if (beta < 1) return 1 / (2 - beta);
  return beta > 2 ? 1 / (beta - 1) : 1;
}

/// The exponents of updates that have forms of their own, and all others.
enum class ExponentKind { one, half, any };

template <class T>
constexpr ExponentKind exponent_kind(T exponent) {
  if (exponent == T{1}) return ExponentKind::one;
  return exponent == T{0.5} ? ExponentKind::half : ExponentKind::any;
}

/// ratio^exponent, ratio >= 0.
template <class Powers, class T>
constexpr T ratio_power(ExponentKind kind, T ratio, T exponent) {
  if (kind == ExponentKind::one) return ratio;
  return kind == ExponentKind::half ? Powers::root(ratio) : Powers::power(ratio, exponent);
}

}  // namespace nonneg
