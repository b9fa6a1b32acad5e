// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/judge_step.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "formulas/extrapolation_step.hpp"

namespace nonneg::cuda {

/// Changes `state` as judge_step(rule, sums, state) does; both in device memory.
void launch_judge_step(const StepRule& rule, const double* sums, double* state,
                       cudaStream_t stream);

}  // namespace nonneg::cuda
