// SPDX-License-Identifier: Apache-2.0
/// β-divergence on one thread: what multiplicative updates and the loss need of each entry.
#pragma once

#include <cmath>

#include "backend/backend.hpp"

namespace nonneg::cpu {

/// The powers of formulas/beta_divergence.hpp, one number at a time.
template <class T>
struct ScalarPowers {
  static T root(T x) { return std::sqrt(x); }
  static T reciprocal(T x) { return T{1} / x; }
  static T reciprocal_root(T x) { return T{1} / std::sqrt(x); }
  static T power(T x, T exponent) { return std::pow(x, exponent); }
};

/// V, the model of A, becomes weights ⊙ A ⊙ V^(β−2); and D, where it has entries,
/// weights ⊙ V^(β−1). Both are 0 for an entry that is NaN in A or of weight 0. `weights` without
/// rows count 1 each.
template <class T>
void beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                    const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D);

/// Σ weight·d_β(a, v) of `count` entries; NaN in `a` and weights of 0 leave theirs out, and null
/// weights are 1.
template <class T>
double divergence_of(const T* a, const T* v, const T* weights, Index count,
                     const Divergence<T>& divergence);

/// Σ weight·(d_β(a, v) − d_β(0, v)) likewise, β > 0. Its sum and that of d_β(0, v) over every entry
/// cancel, so that the model is in double.
template <class T>
double divergence_beyond_zeros(const T* a, const double* v, const T* weights, Index count,
                               const Divergence<T>& divergence);

/// Does what Backend::ratio_update() does.
template <class T>
void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                  const RowUpdate<T>& update, MatrixView<const T> floors);

}  // namespace nonneg::cpu
