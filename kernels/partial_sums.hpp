// SPDX-License-Identifier: Apache-2.0
/// The second stage of the reductions. The first leaves one partial sum per block, in an order that
/// depends on the sizes alone; the second adds them in order: no atomics, the same bits in every
/// run and on every device.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/partial_counts.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

enum class Onto { overwrite, add };

/// sums[s] = (or +=) Σ partials[s·count … s·count + count - 1], s < sum_count.
void launch_finish_sums(const double* partials, Index count, Index sum_count, double* sums,
                        Onto onto, cudaStream_t stream);

}  // namespace nonneg::cuda
