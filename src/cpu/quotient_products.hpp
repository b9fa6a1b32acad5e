// SPDX-License-Identifier: Apache-2.0
/// Products of a model's quotients, which exist a tile at a time: model, quotients and products are
/// taken while the tile is in the first-level cache, on one thread.
#pragma once

#include "backend/backend.hpp"
#include "cpu/model_tiles.hpp"

namespace nonneg::cpu {

/// Does what Backend::quotient_products() does, P and D being zero before. `H` holds Ht's tiles.
template <class T>
void add_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                           MatrixView<const T> W, const TiledFactor<T>& H,
                           const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D);

/// Does what Backend::add_transposed_quotient_products() does, for `count` of Ht's blocks of
/// columns of A.
template <class T>
void add_transposed_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                      MatrixView<const T> W, const TiledFactor<T>& H,
                                      Index first_block, Index count,
                                      const Divergence<T>& divergence, MatrixView<T> P,
                                      MatrixView<T> D);

/// Σ weight·d_β(a, v) over the observed entries.
template <class T>
double model_divergence(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                        const TiledFactor<T>& H, const Divergence<T>& divergence);

}  // namespace nonneg::cpu
