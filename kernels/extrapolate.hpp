/// Launcher of kernels/extrapolate.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// out = max(floor, X + *beta·(X − previous)), then previous = X; all of the same shape, none the
/// same memory. `beta` lies in device memory.
template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<T> previous, const double* beta, T floor,
                        MatrixView<T> out, cudaStream_t stream);

}  // namespace nonneg::cuda
