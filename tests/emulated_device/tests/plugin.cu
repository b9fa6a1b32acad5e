// SPDX-License-Identifier: Apache-2.0
// A library that uses CUDA, loaded by a program that does not.
#include <cublas_v2.h>
#include <cuda_runtime.h>

namespace {

__global__ void fill(float* out, float value, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = value;
}

}  // namespace

/// The sum of 21 twos, by a kernel and cuBLAS; negative on an error.
extern "C" int answer() {
  constexpr int kCount = 21;
  float* device = nullptr;
  if (cudaMalloc(&device, kCount * sizeof(float)) != cudaSuccess) return -1;
  fill<<<1, 32>>>(device, 2.0f, kCount);
  if (cudaGetLastError() != cudaSuccess) return -2;
  cublasHandle_t handle = nullptr;
  if (cublasCreate(&handle) != CUBLAS_STATUS_SUCCESS) return -3;
  float sum = 0;
  if (cublasSasum(handle, kCount, device, 1, &sum) != CUBLAS_STATUS_SUCCESS) return -4;
  cublasDestroy(handle);
  cudaFree(device);
  return static_cast<int>(sum);
}
