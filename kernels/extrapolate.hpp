/// Launcher of kernels/extrapolate.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// out = max(floor, X + beta·(X − Y)), all of the same shape.
template <class T>
void launch_extrapolate(MatrixView<const T> X, MatrixView<const T> Y, T beta, T floor,
                        MatrixView<T> out, cudaStream_t stream);

}  // namespace nonneg::cuda
