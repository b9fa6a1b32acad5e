// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/add.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Y += X, of the same shape.
template <class T>
void launch_add(MatrixView<const T> X, MatrixView<T> Y, cudaStream_t stream);

}  // namespace nonneg::cuda
