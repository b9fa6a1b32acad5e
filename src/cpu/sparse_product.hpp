// SPDX-License-Identifier: Apache-2.0
/// Products with sparse rows on one thread, and the β-divergence at their stored entries.
#pragma once

#include "backend/backend.hpp"

namespace nonneg::cpu {

/// C = A·B.
template <class T>
void sparse_multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C);

/// C += Aᵀ·B.
template <class T>
void add_sparse_transposed_product(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C);

/// These do what the Backend's primitives of their names do.
template <class T>
void sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                      const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D);
template <class T>
void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                     MatrixView<const T> Ht, const Divergence<T>& divergence,
                                     MatrixView<T> P, MatrixView<T> D);
template <class T>
double sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                          const Divergence<T>& divergence, bool zeros_observed);

}  // namespace nonneg::cpu
