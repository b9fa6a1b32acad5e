// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/add.cu; and of all kernels the one that a device is tried with.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Y += X, of the same shape.
template <class T>
void launch_add(MatrixView<const T> X, MatrixView<T> Y, cudaStream_t stream);

/// What the driver says when it is asked for a kernel on the thread's device: success where it has
/// code to run there. Makes a context.
cudaError_t ask_for_code();

}  // namespace nonneg::cuda
