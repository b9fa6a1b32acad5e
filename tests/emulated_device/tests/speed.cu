// SPDX-License-Identifier: Apache-2.0
// The element-wise multiplicative update over a million elements: the speed of the interpreter.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void update(float* x, const float* numerator, const float* denominator, size_t n) {
  const size_t step = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step)
    x[i] = x[i] * numerator[i] / (denominator[i] + 1e-9f);
}

int main() {
  constexpr size_t kCount = 1 << 20;
  constexpr size_t kBytes = kCount * sizeof(float);
  float *x = nullptr, *numerator = nullptr, *denominator = nullptr;
  for (float** p : {&x, &numerator, &denominator}) {
    cudaMalloc(p, kBytes);
    cudaMemset(*p, 0, kBytes);
  }
  update<<<160, 256>>>(x, numerator, denominator, kCount);
  std::printf("%d\n", cudaDeviceSynchronize());
  for (float* p : {x, numerator, denominator}) cudaFree(p);
  return 0;
}
