/// The β-divergence of one entry on the device. Powers are exp(p·log v) but where β makes them
/// cheaper; v > 0 wherever one is taken.
#pragma once

#include "backend/backend.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

/// The β for which powers are cheap, and all others.
enum class BetaKind { frobenius, kullback_leibler, itakura_saito, half, three_halves, any };

template <class T>
BetaKind kind_of(T beta) {
  if (beta == T{2}) return BetaKind::frobenius;
  if (beta == T{1}) return BetaKind::kullback_leibler;
  if (beta == T{0}) return BetaKind::itakura_saito;
  if (beta == T{0.5}) return BetaKind::half;
  return beta == T{1.5} ? BetaKind::three_halves : BetaKind::any;
}

template <BetaKind kKindOf>
struct KnownKind {
  static constexpr BetaKind kKind = kKindOf;
};

/// Calls body(KnownKind<…>{}) for β.
template <class T, class Body>
void with_kind(T beta, const Body& body) {
  switch (kind_of(beta)) {
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
    default:
      return body(KnownKind<BetaKind::any>{});
  }
}

/// x^(β−1).
template <class T>
__device__ __forceinline__ T beta_power(BetaKind kind, T x, T beta) {
  switch (kind) {
    case BetaKind::frobenius:
      return x;
    case BetaKind::kullback_leibler:
      return T{1};
    case BetaKind::itakura_saito:
      return T{1} / x;
    case BetaKind::half:
      return T{1} / sqrt(x);
    case BetaKind::three_halves:
      return sqrt(x);
    default:
      return exp((beta - T{1}) * log(x));
  }
}

/// a^β for a >= 0; 0^β = ∞ for β < 0.
template <class T>
__device__ __forceinline__ T data_power(BetaKind kind, T a, T beta) {
  switch (kind) {
    case BetaKind::half:
      return sqrt(a);
    case BetaKind::three_halves:
      return a * sqrt(a);
    default:
      return exp(beta * log(a));
  }
}

/// weight·a·v^(β−2) and weight·v^(β−1).
template <class T>
struct Quotient {
  T numerator;
  T denominator;
};

/// Both are 0 for an entry that was not observed: NaN, or of weight 0.
template <class T>
__device__ __forceinline__ Quotient<T> quotient(BetaKind kind, T a, T v, T weight,
                                                const Divergence<T>& divergence) {
  if (a != a || weight == T{0}) return {T{0}, T{0}};
  v = at_least(v, divergence.least);
  const T power = beta_power(kind, v, divergence.beta);
  // v^(β−2) may leave T where a·v^(β−2) does not.
  const T share = a == T{0}                            ? T{0}
                  : kind == BetaKind::frobenius        ? a
                  : kind == BetaKind::kullback_leibler ? a / v
                                                       : a / v * power;
  return {weight * share, weight * power};
}

/// a·log(a/v) − a + v or a/v − log(a/v) − 1, a > 0. Where a and v are near, of their difference:
/// what cancels is of its size then, and not of a's.
template <class T>
__device__ __forceinline__ T log_divergence(BetaKind kind, T a, T v) {
  const T ratio = a / v;
  const bool near = ratio > T{0.5} && ratio < T{2};
  if (kind == BetaKind::kullback_leibler) {
    if (!near) return a * log(ratio) - a + v;
    const T change = (v - a) / a;
    return a * (change - log1p(change));
  }
  if (!near) return ratio - log(ratio) - T{1};
  const T change = (a - v) / v;
  return change - log1p(change);
}

/// d_β(a, v), for v >= divergence.least.
template <class T>
__device__ __forceinline__ double divergence_of(BetaKind kind, T a, T v, T beta) {
  if (kind == BetaKind::frobenius) {
    const double difference = static_cast<double>(a) - static_cast<double>(v);
    return difference * difference / 2;
  }
  if (kind == BetaKind::kullback_leibler && a == T{0}) return static_cast<double>(v);
  if (kind == BetaKind::kullback_leibler || kind == BetaKind::itakura_saito) {
    return static_cast<double>(log_divergence(kind, a, v));
  }
  const T power = beta_power(kind, v, beta);
  return static_cast<double>((data_power(kind, a, beta) + power * ((beta - T{1}) * v - beta * a)) /
                             (beta * (beta - T{1})));
}

/// d_β(a, v) − d_β(0, v) for β > 0, without what cancels.
template <class T>
__device__ __forceinline__ double divergence_beyond_zero(BetaKind kind, T a, T v, T beta) {
  if (a == T{0}) return 0;
  if (kind == BetaKind::frobenius) {
    return static_cast<double>(a) * (static_cast<double>(a) / 2 - static_cast<double>(v));
  }
  if (kind == BetaKind::kullback_leibler) return static_cast<double>(a * log(a / v) - a);
  const T power = beta_power(kind, v, beta);
  return static_cast<double>((data_power(kind, a, beta) - beta * a * power) /
                             (beta * (beta - T{1})));
}

}  // namespace nonneg::cuda
