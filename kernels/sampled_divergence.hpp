// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/sampled_divergence.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// As Backend::add_sampled_divergence(); W m × k, Ht n × k. `workspace` has kPartialDoubles
/// entries.
template <class T>
void launch_add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W,
                                   MatrixView<const T> Ht, const Divergence<T>& divergence,
                                   bool zeros_observed, double* workspace, double* sums,
                                   cudaStream_t stream);

}  // namespace nonneg::cuda
