/// Launcher of kernels/residual.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// sums[0] += ‖A − W·Htᵀ‖²; A m × n, W m × k, Ht n × k. `workspace` has kPartialDoubles entries.
template <class T>
void launch_residual(MatrixView<const T> A, MatrixView<const T> W, MatrixView<const T> Ht,
                     double* workspace, double* sums, cudaStream_t stream);

}  // namespace nonneg::cuda
