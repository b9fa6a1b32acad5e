// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/multiplicative_update.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// See Backend::multiplicative_update. Throws InvalidArgument where k is beyond 5000 (double:
/// half).
template <class T>
void launch_multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                                  const RowUpdate<T>& update, cudaStream_t stream);

}  // namespace nonneg::cuda
