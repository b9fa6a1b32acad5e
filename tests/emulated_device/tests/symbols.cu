// SPDX-License-Identifier: Apache-2.0
// __constant__ and __device__ variables, a template kernel, an atomic on a device variable.
#include <cuda_runtime.h>

#include <cstdio>

__constant__ float offset;
__device__ int visits;

template <class T>
__global__ void scale(T* x, T factor, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  x[i] = x[i] * factor + offset;
  atomicAdd(&visits, 1);
}

int main() {
  constexpr int kCount = 100;
  float host[kCount];
  for (int i = 0; i < kCount; ++i) host[i] = static_cast<float>(i);
  float* device = nullptr;
  cudaMalloc(&device, sizeof host);
  const float half = 0.5f;
  cudaMemcpyToSymbol(offset, &half, sizeof half);
  cudaMemcpy(device, host, sizeof host, cudaMemcpyHostToDevice);
  scale<float><<<4, 32>>>(device, 2.0f, kCount);
  std::printf("launch: %s\n", cudaGetErrorString(cudaGetLastError()));
  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  int counted = 0;
  cudaMemcpyFromSymbol(&counted, visits, sizeof counted);
  cudaFree(device);
  std::printf("%g %g %d\n", host[1], host[99], counted);
  return host[1] == 2.5f && host[99] == 198.5f && counted == kCount ? 0 : 1;
}
