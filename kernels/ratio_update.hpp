// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/ratio_update.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// F ← max(floor, F ⊙ (P ⊘ (D + l1 + l2·F))^exponent), P of F's shape, D too or one row; an entry
/// whose denominator is 0 stays. `floors` without rows: the update's.
template <class T>
void launch_ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                         const RowUpdate<T>& update, MatrixView<const T> floors,
                         cudaStream_t stream);

}  // namespace nonneg::cuda
