// SPDX-License-Identifier: Apache-2.0
// Decides on a sweep from its sums, so that the host need not wait for them.
//
// Threads: one. Moves some twenty doubles; bound by the launch.
#include "kernels/judge_step.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

namespace {

__global__ void judge(StepRule rule, const double* sums, double* state) {
  judge_step(rule, sums, state);
}

}  // namespace

void launch_judge_step(const StepRule& rule, const double* sums, double* state,
                       cudaStream_t stream) {
  launch_kernel("judge_step", {1, 1, stream}, judge, rule, sums, state);
}

}  // namespace nonneg::cuda
