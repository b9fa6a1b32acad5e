// SPDX-License-Identifier: Apache-2.0
/// Launchers of kernels/sampled_products.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// As Backend::sampled_products(); W m × k, Ht n × k.
template <class T>
void launch_sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                             const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D,
                             cudaStream_t stream);

/// As Backend::add_sampled_transposed_products(). Entries are added in any order: the last digits
/// may differ from run to run.
template <class T>
void launch_add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                            MatrixView<const T> Ht, const Divergence<T>& divergence,
                                            MatrixView<T> P, MatrixView<T> D, cudaStream_t stream);

}  // namespace nonneg::cuda
