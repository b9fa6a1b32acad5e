// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/model_divergence.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// sums[0] += Σ weight·d_β(A, W·Htᵀ); A m × n, W m × k, Ht n × k. `weights` without rows count 1
/// each. `workspace` has kPartialDoubles entries.
template <class T>
void launch_model_divergence(MatrixView<const T> A, MatrixView<const T> weights,
                             MatrixView<const T> W, MatrixView<const T> Ht,
                             const Divergence<T>& divergence, double* workspace, double* sums,
                             cudaStream_t stream);

}  // namespace nonneg::cuda
