// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/factor_sums.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// sums[0 … 2] = Σ F, Σ F², and how many entries are NaN or infinite; 0 for an empty F.
/// `workspace` has kPartialDoubles entries.
template <class T>
void launch_factor_sums(MatrixView<const T> F, double* workspace, double* sums,
                        cudaStream_t stream);

}  // namespace nonneg::cuda
