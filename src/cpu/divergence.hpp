/// β-divergence on one thread: what multiplicative updates and the loss need of each entry.
#pragma once

#include "nonneg/backend.hpp"

namespace nonneg::cpu {

/// As Backend::beta_quotients().
template <class T>
void beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                    const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D);

/// Σ weight·d_β(a, v) of `count` entries; NaN in `a` and weights of 0 leave theirs out, and null
/// weights are 1.
template <class T>
double divergence_of(const T* a, const T* v, const T* weights, Index count,
                     const Divergence<T>& divergence);

/// As Backend::ratio_update().
template <class T>
void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                  const RowUpdate<T>& update);

}  // namespace nonneg::cpu
