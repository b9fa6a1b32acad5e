// SPDX-License-Identifier: Apache-2.0
// Thrust and CUB on a non-blocking stream of the program's own.
#include <cuda_runtime.h>
#include <thrust/device_ptr.h>
#include <thrust/execution_policy.h>
#include <thrust/fill.h>
#include <thrust/reduce.h>
#include <thrust/system/cuda/execution_policy.h>
#include <thrust/transform.h>

#include <cub/device/device_reduce.cuh>

#include "support.hpp"

namespace {

__global__ void nothing() {}

struct Square {
  __host__ __device__ float operator()(float x) const { return x * x; }
};

}  // namespace

int main() {
  constexpr int kCount = 5003;
  constexpr float kSum = 4.0f * kCount;
  cudaStream_t stream;
  float *values = nullptr, *sum = nullptr;
  NONNEG_MUST(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  NONNEG_MUST(cudaMalloc(&values, kCount * sizeof(float)));
  NONNEG_MUST(cudaMalloc(&sum, sizeof(float)));
  const auto begin = thrust::device_pointer_cast(values);
  const auto policy = thrust::cuda::par_nosync.on(stream);
  thrust::fill(policy, begin, begin + kCount, 2.0f);
  thrust::transform(policy, begin, begin + kCount, begin, Square());
  NONNEG_CHECK(thrust::reduce(thrust::cuda::par.on(stream), begin, begin + kCount, 0.0f) == kSum);

  void* scratch = nullptr;
  size_t scratch_bytes = 0;
  NONNEG_MUST(cub::DeviceReduce::Sum(scratch, scratch_bytes, values, sum, kCount, stream));
  NONNEG_MUST(cudaMallocAsync(&scratch, scratch_bytes, stream));
  NONNEG_MUST(cub::DeviceReduce::Sum(scratch, scratch_bytes, values, sum, kCount, stream));
  NONNEG_MUST(cudaFreeAsync(scratch, stream));
  float got = 0;
  NONNEG_MUST(cudaMemcpyAsync(&got, sum, sizeof got, cudaMemcpyDeviceToHost, stream));
  NONNEG_MUST(cudaStreamSynchronize(stream));
  NONNEG_CHECK(got == kSum);

  int blocks = 0, threads = 0;
  NONNEG_MUST(cudaOccupancyMaxPotentialBlockSize(&blocks, &threads, nothing));
  NONNEG_CHECK(threads >= 32);
  NONNEG_MUST(cudaFree(values));
  NONNEG_MUST(cudaFree(sum));
  NONNEG_MUST(cudaStreamDestroy(stream));
  return failed_checks;
}
