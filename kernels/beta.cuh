/// The β-divergence of one entry on the device. Powers are exp(p·log v) but where β makes them
/// cheaper; v > 0 wherever one is taken.
#pragma once

#include "formulas/at_least.hpp"
#include "formulas/beta_divergence.hpp"

namespace nonneg::cuda {

/// The powers of formulas/beta_divergence.hpp.
template <class T>
struct DevicePowers {
  __device__ static T root(T x) { return sqrt(x); }
  __device__ static T reciprocal(T x) { return T{1} / x; }
  __device__ static T reciprocal_root(T x) { return T{1} / sqrt(x); }
  __device__ static T power(T x, T exponent) { return exp(exponent * log(x)); }
};

/// v^(β−1).
template <class T>
__device__ __forceinline__ T beta_power(BetaKind kind, T v, T beta) {
  return model_power<DevicePowers<T>>(kind, v, beta);
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

/// The quotient of an entry; both parts are 0 where it was not observed.
template <class T>
__device__ __forceinline__ Quotient<T> quotient(BetaKind kind, T a, T v, T weight,
                                                const Divergence<T>& divergence) {
  if (!is_observed(a, weight)) return {T{0}, T{0}};
  v = at_least(v, divergence.least);
  const T power = beta_power(kind, v, divergence.beta);
  const T share = a == T{0} ? T{0} : model_quotient(kind, a, v, power);
  return {weight * share, weight * power};
}

/// a·log(a/v) − a + v or a/v − log(a/v) − 1, a > 0. Where a and v are near, it is taken of their
/// difference: what cancels is then of its size, and not of a's.
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
