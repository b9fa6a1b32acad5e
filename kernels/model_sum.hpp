// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/model_sum.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/column_sums.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Doubles of the workspace below.
inline constexpr Index kModelSumDoubles = 2 * kColumnSumDoubles;

/// sums[0] += Σ (W·Htᵀ)^power / power over all entries, power 1 or 2; in double. `workspace` has
/// kModelSumDoubles entries, `partials` kPartialDoubles.
template <class T>
void launch_add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                          double* workspace, double* partials, double* sums, cudaStream_t stream);

}  // namespace nonneg::cuda
