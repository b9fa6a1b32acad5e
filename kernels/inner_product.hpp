// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/inner_product.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// sums[0] = ⟨X, Y⟩ in double, 0 for empty matrices. `workspace` has kPartialDoubles entries.
template <class T>
void launch_inner_product(MatrixView<const T> X, MatrixView<const T> Y, double* workspace,
                          double* sums, cudaStream_t stream);

}  // namespace nonneg::cuda
