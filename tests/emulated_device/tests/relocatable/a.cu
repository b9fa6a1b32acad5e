// SPDX-License-Identifier: Apache-2.0
// Relocatable device code: a device function and a constant from another file; printf on the
// device.
#include <cuda_runtime.h>

#include <cstdio>

extern __constant__ float gain;
__device__ float square_plus(float x);
void set_gain(float value);

__global__ void apply(float* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = square_plus(static_cast<float>(i)) * gain;
  if (i == 0) printf("device printf %d %.3f %s\n", i, out[0] + 1.5, "text");
}

int main() {
  constexpr int kCount = 10;
  float host[kCount];
  float* device = nullptr;
  set_gain(3.0f);
  cudaMalloc(&device, sizeof host);
  apply<<<1, 32>>>(device, kCount);
  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  cudaFree(device);
  std::printf("%g %g %s\n", host[1], host[9], cudaGetErrorString(cudaGetLastError()));
  return host[9] == 3 * (81 + 9) ? 0 : 1;
}
