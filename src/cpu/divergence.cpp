// SPDX-License-Identifier: Apache-2.0
// Quotients are taken a few hundred at a time, as Eigen's arrays: its logarithms and powers are
// vectorised on every machine. Divergences have no calls and no branches, and the compiler takes
// them a register at a time.
#include "cpu/divergence.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "formulas/at_least.hpp"
#include "formulas/beta_divergence.hpp"
#include "formulas/divergence.hpp"
#include "formulas/row_step.hpp"

namespace nonneg::cpu {

namespace {

/// So many entries are taken at a time: a few arrays of this many stay in the first-level cache.
constexpr Index kBlock = 512;

template <class T>
using Block = Eigen::Array<T, Eigen::Dynamic, 1, 0, kBlock, 1>;
template <class T>
using Entries = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;

/// v^power, for v > 0.
template <class T>
void raise(Block<T>& v, T power) {
  if (power == T{-1}) {
    v = v.inverse();
  } else if (power == T{0.5}) {
    v = v.sqrt();
  } else if (power == T{-0.5}) {
    v = v.sqrt().inverse();
  } else if (power == T{2}) {
    v = v.square();
  } else if (power != T{1}) {
    v = (power * v.log()).exp();
  }
}

/// v becomes weight·a·v^(β−2) and d, where it is not null, weight·v^(β−1); `power` is v^(β−1). It
/// is given apart, as v^(β−2) may leave T where a·v^(β−2) does not.
template <bool Weighted, class T>
void set_quotients(const T* __restrict a, const T* __restrict weights, Index count, T least,
                   const Block<T>& power, T* __restrict v, T* __restrict d) {
  for (Index j = 0; j < count; ++j) {
    const T model = at_least(v[j], least);
    T quotient = a[j] / model * power[j];
    bool observed = a[j] == a[j];
    if constexpr (Weighted) {
      quotient *= weights[j];
      observed = observed && weights[j] > T{0};
    }
    v[j] = observed ? quotient : T{0};
    if (d != nullptr) {
      const T denominator = Weighted ? weights[j] * power[j] : power[j];
      d[j] = observed ? denominator : T{0};
    }
  }
}

template <class T>
void quotients(const T* a, const T* weights, Index count, const Divergence<T>& divergence, T* v,
               T* d) {
  Block<T> power = Entries<T>(v, count).max(divergence.least);
  raise(power, static_cast<T>(divergence.beta - 1));
  if (weights == nullptr) {
    set_quotients<false>(a, weights, count, divergence.least, power, v, d);
  } else {
    set_quotients<true>(a, weights, count, divergence.least, power, v, d);
  }
}

/// d_β(a, v) with a β of this kind.
template <BetaKind Kind, class V>
struct EntryDivergence {
  DivergenceTerms<V> terms;

  [[gnu::always_inline]] double operator()(V a, V v) const {
    return entry_divergence(Kind, a, v, terms);
  }
};

/// d_β(a, v) − d_β(0, v).
template <BetaKind Kind, class V>
struct DivergenceBeyondZero {
  DivergenceTerms<V> terms;

  [[gnu::always_inline]] double operator()(V a, V v) const {
    return divergence_beyond_zero(Kind, a, v, terms);
  }
};

/// Σ weight·each(a, v) over the observed of `count` entries.
template <class T, class V, class Each>
double sum_of_observed(const T* a, const V* v, const T* weights, Index count, V least,
                       const Each& each) {
  double sum = 0;
  if (weights == nullptr) {
#pragma omp simd reduction(+ : sum)
    for (Index e = 0; e < count; ++e) {
      const double value = each(static_cast<V>(a[e]), at_least(v[e], least));
      sum += a[e] == a[e] ? value : 0.0;
    }
    return sum;
  }
#pragma omp simd reduction(+ : sum)
  for (Index e = 0; e < count; ++e) {
    const double value = each(static_cast<V>(a[e]), at_least(v[e], least));
    const bool observed = is_observed(a[e], weights[e]);
    sum += observed ? static_cast<double>(weights[e]) * value : 0.0;
  }
  return sum;
}

}  // namespace

template <class T>
void beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                    const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D) {
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index first = 0; first < A.cols(); first += kBlock) {
      const Index count = std::min(kBlock, A.cols() - first);
      quotients(A.row(i) + first, weights.rows() > 0 ? weights.row(i) + first : nullptr, count,
                divergence, V.row(i) + first, D.rows() > 0 ? D.row(i) + first : nullptr);
    }
  }
}

template <class T>
double divergence_of(const T* a, const T* v, const T* weights, Index count,
                     const Divergence<T>& divergence) {
  const DivergenceTerms<T> terms(divergence.beta);
  double sum = 0;
  with_kind(beta_kind(divergence.beta), [&]<class Kind>(Kind) {
    sum = sum_of_observed(a, v, weights, count, divergence.least,
                          EntryDivergence<Kind::kKind, T>{terms});
  });
  return sum;
}

template <class T>
double divergence_beyond_zeros(const T* a, const double* v, const T* weights, Index count,
                               const Divergence<T>& divergence) {
  const DivergenceTerms<double> terms(divergence.beta);
  double sum = 0;
  with_kind(beta_kind(divergence.beta), [&]<class Kind>(Kind) {
    sum = sum_of_observed(a, v, weights, count, static_cast<double>(divergence.least),
                          DivergenceBeyondZero<Kind::kKind, double>{terms});
  });
  return sum;
}

template <class T>
void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                  const RowUpdate<T>& common, MatrixView<const T> floors) {
  RowUpdate<T> update = common;
  const ExponentKind kind = exponent_kind(exponent);
  const auto raised = [kind, exponent](T ratio) {
    return ratio_power<ScalarPowers<T>>(kind, ratio, exponent);
  };
  for (Index i = 0; i < F.rows(); ++i) {
    T* f = F.row(i);
    const T* p = P.row(i);
    const T* d = D.row(D.rows() == 1 ? 0 : i);
    if (floors.rows() > 0) update.floor = floors(i, 0);
    for (Index c = 0; c < F.cols(); ++c) f[c] = ratio_step(f[c], p[c], d[c], update, raised);
  }
}

template void beta_quotients(MatrixView<const float>, MatrixView<const float>,
                             const Divergence<float>&, MatrixView<float>, MatrixView<float>);
template void beta_quotients(MatrixView<const double>, MatrixView<const double>,
                             const Divergence<double>&, MatrixView<double>, MatrixView<double>);
template double divergence_of(const float*, const float*, const float*, Index,
                              const Divergence<float>&);
template double divergence_of(const double*, const double*, const double*, Index,
                              const Divergence<double>&);
template double divergence_beyond_zeros(const float*, const double*, const float*, Index,
                                        const Divergence<float>&);
template double divergence_beyond_zeros(const double*, const double*, const double*, Index,
                                        const Divergence<double>&);
template void ratio_update(MatrixView<float>, MatrixView<const float>, MatrixView<const float>,
                           float, const RowUpdate<float>&, MatrixView<const float>);
template void ratio_update(MatrixView<double>, MatrixView<const double>, MatrixView<const double>,
                           double, const RowUpdate<double>&, MatrixView<const double>);

}  // namespace nonneg::cpu
