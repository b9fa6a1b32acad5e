// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/widen.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/data_view.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// out = scale · stored. `stored` lies in device memory as out's rows one after the other, without
/// gaps; the product is taken in double unless scale is 1.
template <class T>
void launch_widen(const void* stored, ElementType type, double scale, MatrixView<T> out,
                  cudaStream_t stream);

}  // namespace nonneg::cuda
