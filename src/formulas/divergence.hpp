// SPDX-License-Identifier: Apache-2.0
/// d_β(a, v) of an entry a from the model's entry v, for every β, without cancellation: however
/// near v is to a, the relative error is some roundings of T. The textbook's forms subtract terms
/// of a's size, and leave (a − v)²/(2a) of β = 1, say: in float nothing where a and v agree to
/// 3e-4.
///
/// With L = log(a/v), d_β is v^β·L² times the second divided difference of the exponential at 0, L
/// and βL. That is positive, and regular in β; it is taken as a power series where both L and βL
/// are small, and as a difference of two first divided differences else. β = 0, ½, 1 and 1½ have
/// forms of their own, without powers.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>

#include "formulas/beta_divergence.hpp"
#include "formulas/exponentials.hpp"

namespace nonneg {

/// What d_β takes of β, in the type that it is computed in. 1 − β is rounded once: β itself may
/// round to 1.
template <class T>
struct DivergenceTerms {
  T beta;
  T complement;
  /// 1/β; infinity for β = 0, which does not take it.
  T reciprocal;
  /// max(1, |β|).
  T reach;

  explicit constexpr DivergenceTerms(double exponent)
      : beta(static_cast<T>(exponent)),
        complement(static_cast<T>(1 - exponent)),
        reciprocal(static_cast<T>(exponent == 0 ? 0 : 1 / exponent)),
        reach(static_cast<T>(exponent > 1    ? exponent
                             : exponent < -1 ? -exponent
                                             : 1)) {}
};

/// a·log(a/v) − a + v. For a = 0 it is v.
template <class T>
[[gnu::always_inline]] constexpr T kullback_leibler(T a, T v) {
  const LogRatio<T> ratio = log_ratio(a, v);
  const T change = a - v;
  const T near = change * ratio.s + a * ratio.tail;  // a·2s − (a − v) = (a − v)·s
  const T far = a * ratio.sum() - change;
  return ratio.near() ? near : far;
}

/// a/v − log(a/v) − 1, a > 0.
template <class T>
[[gnu::always_inline]] constexpr T itakura_saito(T a, T v) {
  const LogRatio<T> ratio = log_ratio(a, v);
  const T change = (a - v) / v;
  const T near = change * ratio.s - ratio.tail;  // (a − v)/v − 2s = (a − v)/v·s
  const T far = change - ratio.sum();
  return ratio.near() ? near : far;
}

/// β = ½: 2·(√a − √v)²/√v.
template <class T>
[[gnu::always_inline]] constexpr T half_divergence(T a, T v) {
  const T root = std::sqrt(v);
  const T change = (a - v) / (std::sqrt(a) + root);
  return T{2} * change * change / root;
}

/// β = 1½: ⅔·(√a − √v)²·(2·√a + √v).
template <class T>
[[gnu::always_inline]] constexpr T three_halves_divergence(T a, T v) {
  const T of_a = std::sqrt(a);
  const T of_v = std::sqrt(v);
  const T change = (a - v) / (of_a + of_v);
  return change * change * (T{2} * of_a + of_v) * (T{2} / T{3});
}

/// The second divided difference of the exponential at 0, x and y: Σ h_n(x, y)/(n + 2)!, h_n the
/// complete homogeneous polynomial. To T's precision for |x|, |y| <= 1.
template <class T, std::size_t... N>
[[gnu::always_inline]] constexpr T small_second_difference(T x, T y, std::index_sequence<N...>) {
  T homogeneous = 1;
  T power = 1;
  T sum = kCoefficient<ExpSeries, T, 1>;
  ((power *= y, homogeneous = homogeneous * x + power,
    sum += kCoefficient<ExpSeries, T, N + 2> * homogeneous),
   ...);
  return sum;
}

template <class T>
[[gnu::always_inline]] constexpr T small_second_difference(T x, T y) {
  constexpr std::size_t kLast = sizeof(T) == sizeof(float) ? 9 : 17;
  return small_second_difference(x, y, std::make_index_sequence<kLast>{});
}

/// Any β; a = 0 where β > 0. With m = max(a·v^(β−1), a^β), p = max(a^β, v^β) and
/// E(x) = (e^x − 1)/x, d = L·(m·E(−|(1 − β)·L|) − p·E(−|β·L|)): nothing is larger than a term of
/// the textbook's form.
template <class T>
[[gnu::always_inline]] constexpr T any_divergence(T a, T v, const DivergenceTerms<T>& terms) {
  const LogRatio<T> of_v = log_ratio(v, T{1});
  const LogRatio<T> of_a = log_ratio(a, v);
  const T L = of_a.sum();
  const T log_a = of_v.sum_with(of_a);
  const T log_v = of_v.sum();
  const T of_beta = terms.beta * L;
  const T of_rest = terms.complement * L;
  const T magnitude = (L < T{0} ? -L : L) * terms.reach;
  const bool small = magnitude < T{1};
  const T v_exponent = terms.beta * log_v;
  const T a_exponent = terms.beta * log_a;
  const T p_exponent = a_exponent > v_exponent ? a_exponent : v_exponent;
  const bool by_v = small || a == T{0};
  const T p = exponential(by_v ? v_exponent : p_exponent);
  const T m = exponential(of_rest > T{0} ? log_a - terms.complement * log_v : a_exponent);
  const T far = L * (m * expm1_ratio(of_rest > T{0} ? -of_rest : of_rest) -
                     p * expm1_ratio(of_beta > T{0} ? -of_beta : of_beta));
  const T near = p * L * L * small_second_difference(L, of_beta);
  const T positive = small ? near : far;
  return a == T{0} ? p * terms.reciprocal : positive;
}

/// d_β(a, v) for v > 0 and, where β <= 0, a > 0; numbers that are subnormal count as 0. β = 2 is
/// taken in double.
template <class T>
[[gnu::always_inline]] constexpr double entry_divergence(BetaKind kind, T a, T v,
                                                         const DivergenceTerms<T>& terms) {
  switch (kind) {
    case BetaKind::frobenius: {
      const double difference = static_cast<double>(a) - static_cast<double>(v);
      return 0.5 * difference * difference;
    }
    case BetaKind::kullback_leibler:
      return static_cast<double>(kullback_leibler(a, v));
    case BetaKind::itakura_saito:
      return static_cast<double>(itakura_saito(a, v));
    case BetaKind::half:
      return static_cast<double>(half_divergence(a, v));
    case BetaKind::three_halves:
      return static_cast<double>(three_halves_divergence(a, v));
    default:
      return static_cast<double>(any_divergence(a, v, terms));
  }
}

/// d_β(a, v) − d_β(0, v), β > 0: for Kullback-Leibler and the Frobenius loss without what cancels.
template <class T>
[[gnu::always_inline]] constexpr double divergence_beyond_zero(BetaKind kind, T a, T v,
                                                               const DivergenceTerms<T>& terms) {
  switch (kind) {
    case BetaKind::frobenius:
      return static_cast<double>(a) * (static_cast<double>(a) / 2 - static_cast<double>(v));
    case BetaKind::kullback_leibler:
      return static_cast<double>(a * (log_ratio(a, v).sum() - T{1}));
    default:
      return entry_divergence(kind, a, v, terms) - entry_divergence(kind, T{0}, v, terms);
  }
}

}  // namespace nonneg
