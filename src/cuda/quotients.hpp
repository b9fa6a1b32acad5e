// SPDX-License-Identifier: Apache-2.0
/// The quotients of a panel's model, from which the products of a β-divergence's update are taken.
#pragma once

#include "backend/backend.hpp"
#include "cuda/gemm.hpp"

namespace nonneg::cuda {

/// Of a panel of A, in a workspace: weights ⊙ A ⊙ V^(β−2) and, where they are wanted,
/// weights ⊙ V^(β−1), V = W·Htᵀ.
template <class T>
struct Quotients {
  MatrixView<T> numerators;
  /// No rows where they are not wanted.
  MatrixView<T> denominators;
};

/// Queues the model into `workspace`, and its quotients in place of it; denominators where D, which
/// their product is for, has rows. The workspace is Backend::quotient_workspace()'s. Throws
/// InvalidArgument where a matrix lies on the host.
template <class T>
Quotients<T> take_quotients(const BlasHandle& blas, cudaStream_t stream, Products products,
                            MatrixView<const T> A, MatrixView<const T> weights,
                            MatrixView<const T> W, MatrixView<const T> Ht,
                            const Divergence<T>& divergence, MatrixView<T> workspace,
                            MatrixView<const T> D);

}  // namespace nonneg::cuda
