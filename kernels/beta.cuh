// SPDX-License-Identifier: Apache-2.0
/// The quotients of a β-divergence on the device. Powers are exp(p·log v) but where β makes them
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

/// The quotient of an entry; both parts are 0 where it was not observed.
template <class T>
__device__ __forceinline__ Quotient<T> quotient(BetaKind kind, T a, T v, T weight,
                                                const Divergence<T>& divergence) {
  if (!is_observed(a, weight)) return {T{0}, T{0}};
  v = at_least(v, divergence.least);
  const T power = model_power<DevicePowers<T>>(kind, v, divergence.beta);
  const T share = a == T{0} ? T{0} : model_quotient(kind, a, v, power);
  return {weight * share, weight * power};
}

}  // namespace nonneg::cuda
