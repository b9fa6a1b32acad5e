// Entries are taken a few hundred at a time, as Eigen's arrays: its logarithms and powers are
// vectorised on every machine.
#include "cpu/divergence.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "formulas/at_least.hpp"
#include "formulas/beta_divergence.hpp"
#include "formulas/row_step.hpp"

namespace nonneg::cpu {

namespace {

/// So many entries are taken at a time: a few arrays of this many stay in the first-level cache.
constexpr Index kBlock = 512;

template <class T>
using Block = Eigen::Array<T, Eigen::Dynamic, 1, 0, kBlock, 1>;
template <class T>
using Entries = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstEntries = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

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
  raise(power, divergence.beta - T{1});
  if (weights == nullptr) {
    set_quotients<false>(a, weights, count, divergence.least, power, v, d);
  } else {
    set_quotients<true>(a, weights, count, divergence.least, power, v, d);
  }
}

/// d_β of each entry. a·log(a/v) is 0 for a = 0.
template <class T>
Block<double> divergences(const ConstEntries<T>& a, const Block<T>& v, T beta) {
  switch (beta_kind(beta)) {
    case BetaKind::frobenius:
      return (a.template cast<double>() - v.template cast<double>()).square() * 0.5;
    case BetaKind::kullback_leibler: {
      const Block<T> ratio = (a > T{0}).select(a / v, T{1});
      return (a * ratio.log() - a + v).template cast<double>();
    }
    case BetaKind::itakura_saito:
      return (a / v - (a / v).log() - T{1}).template cast<double>();
    default:
      break;
  }
  Block<T> v_power = v;
  raise(v_power, beta - T{1});
  Block<T> a_power = (a > T{0}).select(a, T{1});
  raise(a_power, beta);
  if (beta > T{0}) a_power = (a > T{0}).select(a_power, T{0});
  return ((a_power + v_power * ((beta - T{1}) * v - beta * a)) / (beta * (beta - T{1})))
      .template cast<double>();
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
double divergence_of(const T* a_data, const T* v_data, const T* weights, Index count,
                     const Divergence<T>& divergence) {
  double sum = 0;
  for (Index first = 0; first < count; first += kBlock) {
    const Index size = std::min(kBlock, count - first);
    const ConstEntries<T> a(a_data + first, size);
    const Block<T> model = ConstEntries<T>(v_data + first, size).max(divergence.least);
    Block<double> each = divergences<T>(a, model, divergence.beta);
    if (weights == nullptr) {
      each = (a == a).select(each, 0.0);
    } else {
      const ConstEntries<T> w(weights + first, size);
      each = (a == a && w > T{0}).select(w.template cast<double>() * each, 0.0);
    }
    sum += each.sum();
  }
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
template void ratio_update(MatrixView<float>, MatrixView<const float>, MatrixView<const float>,
                           float, const RowUpdate<float>&, MatrixView<const float>);
template void ratio_update(MatrixView<double>, MatrixView<const double>, MatrixView<const double>,
                           double, const RowUpdate<double>&, MatrixView<const double>);

}  // namespace nonneg::cpu
