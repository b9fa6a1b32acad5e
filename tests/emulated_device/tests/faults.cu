// SPDX-License-Identifier: Apache-2.0
// A program that checks every call and cleans up: with a call made to fail it ends with status 3,
// no finding and no leak. Also the workload of the ledger test. With WANT_OOM=1 and 1 MiB of free
// memory: running out of it.
#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

#define TRY(call)                                       \
  do {                                                  \
    const int error_ = static_cast<int>(call);          \
    if (error_ != 0) {                                  \
      std::printf("failed: %s -> %d\n", #call, error_); \
      return 3;                                         \
    }                                                   \
  } while (false)

namespace {

constexpr int kCount = 256;
constexpr size_t kBytes = kCount * sizeof(float);

__global__ void scale(float* a, int n, float factor) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) a[i] *= factor;
}

struct Resources {
  float* device = nullptr;
  float* pinned = nullptr;
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  cublasHandle_t blas = nullptr;

  ~Resources() {
    if (stream != nullptr) cudaStreamSynchronize(stream);
    if (blas != nullptr) cublasDestroy(blas);
    if (event != nullptr) cudaEventDestroy(event);
    if (stream != nullptr) cudaStreamDestroy(stream);
    cudaFree(device);
    cudaFreeHost(pinned);
  }
};

int work() {
  Resources r;
  TRY(cudaSetDevice(0));
  TRY(cudaStreamCreateWithFlags(&r.stream, cudaStreamNonBlocking));
  TRY(cudaEventCreateWithFlags(&r.event, cudaEventDisableTiming));
  TRY(cudaMalloc(&r.device, kBytes));
  TRY(cudaMallocHost(&r.pinned, kBytes));
  TRY(cublasCreate(&r.blas));
  TRY(cublasSetStream(r.blas, r.stream));
  for (int i = 0; i < kCount; ++i) r.pinned[i] = static_cast<float>(i);
  TRY(cudaMemcpyAsync(r.device, r.pinned, kBytes, cudaMemcpyHostToDevice, r.stream));
  scale<<<2, 128, 0, r.stream>>>(r.device, kCount, 2.0f);
  TRY(cudaGetLastError());
  const float half = 0.5f;
  TRY(cublasSscal(r.blas, kCount, &half, r.device, 1));
  TRY(cudaMemcpyAsync(r.pinned, r.device, kBytes, cudaMemcpyDeviceToHost, r.stream));
  TRY(cudaEventRecord(r.event, r.stream));
  TRY(cudaEventSynchronize(r.event));
  for (int i = 0; i < kCount; ++i)
    if (r.pinned[i] != static_cast<float>(i)) return 4;
  return 0;
}

/// Two allocations that fit one at a time; the error is reported once and then gone.
int run_out_of_memory() {
  constexpr size_t kFree = 1 << 20, kTwoThirds = 700000;
  size_t free = 0, total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess || free != kFree) return 5;
  void *first = nullptr, *second = nullptr;
  if (cudaMalloc(&first, kTwoThirds) != cudaSuccess) return 6;
  if (cudaMalloc(&second, kTwoThirds) != cudaErrorMemoryAllocation) return 7;
  if (cudaGetLastError() != cudaErrorMemoryAllocation || cudaGetLastError() != cudaSuccess)
    return 7;
  cudaFree(first);
  if (cudaMalloc(&second, kTwoThirds) != cudaSuccess) return 8;
  cudaFree(second);
  return 0;
}

}  // namespace

int main() {
  if (std::getenv("WANT_OOM") != nullptr) return run_out_of_memory();
  const int status = work();
  std::printf("rc=%d\n", status);
  return status;
}
