// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/copy_if.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// out = X where *condition, in device memory, is not 0; else nothing. X and out of the same shape.
template <class T>
void launch_copy_if(const double* condition, MatrixView<const T> X, MatrixView<T> out,
                    cudaStream_t stream);

}  // namespace nonneg::cuda
