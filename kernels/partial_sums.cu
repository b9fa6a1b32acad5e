// SPDX-License-Identifier: Apache-2.0
// sums[s] = (or +=) Σ of the first stage's partial sums.
//
// Threads: one block per sum; each thread adds every kThreads-th partial sum, in order. Reads at
// most kPartialDoubles numbers: bound by latency. NaN passes through.
#include "kernels/partial_sums.cuh"

namespace nonneg::cuda {

namespace {

__global__ void finish_sums(const double* partials, Index count, double* sums, bool add) {
  const double* own = partials + blockIdx.x * count;
  double sum = 0;
  for (Index p = threadIdx.x; p < count; p += blockDim.x) sum += own[p];
  __shared__ double total;
  store_block_sum(sum, &total);
  if (threadIdx.x == 0) sums[blockIdx.x] = add ? sums[blockIdx.x] + total : total;
}

}  // namespace

void launch_finish_sums(const double* partials, Index count, Index sum_count, double* sums,
                        Onto onto, cudaStream_t stream) {
  if (sum_count == 0) return;
  launch_kernel("finish_sums", {static_cast<unsigned>(sum_count), kThreads, stream}, finish_sums,
                partials, count, sums, onto == Onto::add);
}

}  // namespace nonneg::cuda
