// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/beta_quotients.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// V becomes weights ⊙ A ⊙ V^(β−2), and D, where it has rows, weights ⊙ V^(β−1); all of A's shape.
/// `weights` without rows count 1 each.
template <class T>
void launch_beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                           const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D,
                           cudaStream_t stream);

}  // namespace nonneg::cuda
