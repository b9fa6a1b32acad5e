// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/extrapolate.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// For each column j: out_j = max(floor, X_j + *beta·(X_j − s·previous_j)), s = ‖X_j‖ /
/// ‖previous_j‖ by the Gram matrices of X and `previous`; then previous = X. X, `previous` and
/// `out` are n × k, none the same memory. `beta` lies in device memory.
template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<const T> G, MatrixView<T> previous,
                        MatrixView<const T> previous_G, const double* beta, T floor,
                        MatrixView<T> out, cudaStream_t stream);

}  // namespace nonneg::cuda
