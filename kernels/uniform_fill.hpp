// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/uniform_fill.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// See Backend::fill_uniform: the CPU's numbers, bit for bit.
template <class T>
void launch_uniform_fill(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor,
                         cudaStream_t stream);

}  // namespace nonneg::cuda
