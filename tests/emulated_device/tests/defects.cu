// SPDX-License-Identifier: Apache-2.0
// Seeded defects. The argument picks one; each must be reported by the emulated device, with what
// the test list says. The program itself checks nothing.
#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kCount = 256;
constexpr size_t kBytes = kCount * sizeof(float);

// Shared memory.

__global__ void sum_without_barriers(const float* in, int n, float* out) {
  __shared__ float partial[kCount];
  const int t = threadIdx.x;
  partial[t] = t < n ? in[t] : 0;
  __syncthreads();
  for (int half = kCount / 2; half > 0; half /= 2)
    if (t < half) partial[t] += partial[t + half];  // no barrier between the steps
  if (t == 0) *out = partial[0];
}

__global__ void sum_with_late_barrier(const float* in, int n, float* out) {
  __shared__ float partial[kCount];
  const int t = threadIdx.x;
  partial[t] = t < n ? in[t] : 0;  // no barrier before the first read
  for (int half = kCount / 2; half > 0; half /= 2) {
    if (t < half) partial[t] += partial[t + half];
    __syncthreads();
  }
  if (t == 0) *out = partial[0];
}

__global__ void reuse_without_barrier(const float* in, float* out) {
  __shared__ float stage[64];
  for (int round = 0; round < 3; ++round) {
    stage[threadIdx.x] = in[threadIdx.x] * round;
    __syncthreads();
    out[threadIdx.x] += stage[63 - threadIdx.x];  // no barrier before the next write
  }
}

__global__ void write_shared(float* out) {
  __shared__ float stage[64];
  stage[threadIdx.x] = threadIdx.x;
  __syncthreads();
  out[threadIdx.x] = stage[63 - threadIdx.x];
}

__global__ void read_shared(float* out, bool written) {
  __shared__ float stage[64];
  if (written) stage[threadIdx.x] = threadIdx.x;
  __syncthreads();
  out[threadIdx.x] = stage[63 - threadIdx.x];
}

__global__ void use_dynamic_shared(float* out) {
  extern __shared__ float window[];
  window[threadIdx.x] = 1;
  out[threadIdx.x] = window[threadIdx.x];
}

// Threads that are not where others expect them.

__global__ void shuffle_after_exit(const float* in, int n, float* out) {
  const int i = threadIdx.x;
  if (i >= n) return;
  float v = in[i];
  for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(~0u, v, d);
  if (i == 0) *out = v;
}

__global__ void divergent_barriers(float* out) {
  __shared__ float stage[64];
  stage[threadIdx.x] = 1;
  if (threadIdx.x < 32) {
    __syncthreads();
    out[threadIdx.x] = stage[threadIdx.x + 32];
  } else {
    stage[threadIdx.x] = 2;
    __syncthreads();
  }
}

__global__ void barrier_after_exit(float* out, int n) {
  if (static_cast<int>(threadIdx.x) >= n) return;
  out[threadIdx.x] = 1;
  __syncthreads();
}

__global__ void wait_forever(volatile int* flag) {
  while (*flag == 0) continue;
}

// Global memory.

__global__ void double_one_too_many(float* a, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) a[i] *= 2;
}

__global__ void load_misaligned(float* a) {
  float4* p = reinterpret_cast<float4*>(a + 1);
  float4 v = *p;
  v.x = 1;
  *p = v;
}

__global__ void add_one(float* out, const float* in, int n) {
  const int i = threadIdx.x;
  if (i < n) out[i] = in[i] + 1;
}

__global__ void sum_without_atomics(float* sum, const float* in, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) *sum += in[i];
}

struct Buffers {
  float* a = nullptr;    // 256 ones
  float* out = nullptr;  // 256 zeros, unless they are to be left unwritten
  float host[kCount] = {};
};

void run_kernel_defect(int defect, Buffers& b) {
  switch (defect) {
    case 0:
      sum_without_barriers<<<1, kCount>>>(b.a, kCount, b.out);
      break;
    case 1:
      sum_with_late_barrier<<<1, kCount>>>(b.a, kCount, b.out);
      break;
    case 2:
      double_one_too_many<<<2, kCount>>>(b.a, kCount);
      break;
    case 3:
      shuffle_after_exit<<<1, 32>>>(b.a, 20, b.out);
      break;
    case 4:
      divergent_barriers<<<1, 64>>>(b.out);
      break;
    case 5:
      barrier_after_exit<<<1, 64>>>(b.out, 40);
      break;
    case 6:
      load_misaligned<<<1, 1>>>(b.a);
      break;
    case 7:  // out was never written
      add_one<<<1, 32>>>(b.a, b.out, 32);
      break;
    case 8:
      sum_without_atomics<<<4, 64>>>(b.out, b.a, kCount);
      break;
    case 9:
      wait_forever<<<1, 1>>>(reinterpret_cast<int*>(b.out));
      break;
    case 10:
      reuse_without_barrier<<<1, 64>>>(b.a, b.out);
      break;
    case 11:  // 2048 threads in a block
      double_one_too_many<<<1, 2048>>>(b.a, 5);
      break;
    case 22:  // more than 48 KiB without cudaFuncSetAttribute
      use_dynamic_shared<<<1, 32, 60 * 1024>>>(b.out);
      break;
    case 25:  // what blocks of an earlier launch wrote is no longer there
      write_shared<<<3, 64>>>(b.out);
      read_shared<<<1, 64>>>(b.out, false);
      break;
    default:
      break;
  }
}

void run_memory_defect(int defect, Buffers& b) {
  switch (defect) {
    case 12:  // host code writes device memory
      b.a[0] = 1;
      break;
    case 13:  // a copy longer than the allocation
      cudaMemcpy(b.host, b.a, kBytes + 4, cudaMemcpyDeviceToHost);
      break;
    case 14:  // double free
      cudaFree(b.a);
      cudaFree(b.a);
      break;
    case 15:  // use after free
      cudaDeviceSynchronize();
      cudaFree(b.out);
      add_one<<<1, 32>>>(b.a, b.out, 32);
      break;
    case 18:  // b.a and b.out are never freed: a leak
      break;
    case 19: {  // double free in stream order
      cudaStream_t stream;
      cudaStreamCreate(&stream);
      cudaFreeAsync(b.a, stream);
      cudaFreeAsync(b.a, stream);
      cudaStreamSynchronize(stream);
      break;
    }
    case 20: {  // a download of what was never written
      float* fresh = nullptr;
      cudaMalloc(&fresh, kBytes);
      cudaMemcpy(b.host, fresh, kBytes, cudaMemcpyDeviceToHost);
      break;
    }
    case 21:  // the direction of a copy is wrong
      cudaMemcpy(b.out, b.a, kBytes, cudaMemcpyHostToDevice);
      break;
    case 23:  // cudaFreeHost of what malloc gave
      cudaFreeHost(b.host);
      break;
    case 27:  // memory is freed before the kernel that uses it has run
      cudaDeviceSynchronize();
      add_one<<<1, 32>>>(b.a, b.out, 32);
      cudaFree(b.out);
      break;
    case 28:  // an asynchronous copy's source changes before it has run
      cudaMemcpyAsync(b.a, b.host, kBytes, cudaMemcpyHostToDevice, nullptr);
      b.host[0] = 7;
      break;
    case 29: {  // pinned memory is freed before its copy has run
      float* pinned = nullptr;
      cudaMallocHost(&pinned, kBytes);
      cudaMemcpyAsync(pinned, b.a, kBytes, cudaMemcpyDeviceToHost, nullptr);
      cudaFreeHost(pinned);
      break;
    }
    case 32: {  // streams, events and page-locked memory are never given back
      cudaStream_t stream;
      cudaStreamCreate(&stream);
      cudaFree(b.a);
      cudaFree(b.out);
      break;
    }
    default:
      break;
  }
}

/// More than what small allocations are, twice: the second one knows nothing of the first.
void download_large_memory() {
  constexpr size_t kLarge = (size_t{70} << 20) + 4;
  for (int round = 0; round < 2; ++round) {
    char* fresh = nullptr;
    cudaMalloc(&fresh, kLarge);
    cudaMemset(fresh + 4, 0, 4);
    cudaMemset(fresh + kLarge - 8, 0, 4);
    float ends[5] = {};
    cudaMemcpy(ends, fresh, 12, cudaMemcpyDeviceToHost);
    cudaMemcpy(ends + 3, fresh + kLarge - 8, 8, cudaMemcpyDeviceToHost);
    std::printf("large memory %d:", round);
    for (const float v : ends) std::printf(v != v ? " NaN" : " %g", v);
    std::printf("\n");
    cudaFree(fresh);
  }
}

void run_cublas_defect(int defect, Buffers& b) {
  cublasHandle_t handle;
  cublasCreate(&handle);
  const float one = 1, zero = 0;
  if (defect == 16)  // lda = 8 for a matrix of 16 rows
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 16, 4, 4, &one, b.a, 8, b.a, 4, &zero, b.out, 16);
  if (defect == 17)  // ldc = 128 needs more than the 256 elements there are
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 16, 4, 4, &one, b.a, 16, b.a, 4, &zero, b.out,
                128);
  if (defect == 30) {  // a stream that is set after the workspace takes it back
    cublasSetWorkspace(handle, b.out, kBytes);
    cublasSetStream(handle, nullptr);
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 4, &one, b.a, 4, b.a, 4, &zero, b.a + 64,
                4);
  }
  if (defect == 31) {  // the workspace is freed before the product has run
    cudaDeviceSynchronize();
    cublasSetWorkspace(handle, b.out, kBytes);
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 4, &one, b.a, 4, b.a, 4, &zero, b.a + 64,
                4);
    cudaFree(b.out);
  }
  cublasDestroy(handle);
}

void allocate_in_capture() {
  cudaStream_t stream;
  cudaStreamCreate(&stream);
  cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal);
  void* p = nullptr;
  const cudaError_t refused = cudaMalloc(&p, 4);
  cudaGraph_t graph;
  const cudaError_t ended = cudaStreamEndCapture(stream, &graph);
  std::printf("allocation refused with %d, capture ended with %d\n", refused, ended);
}

}  // namespace

int main(int argc, char** argv) {
  const int defect = argc > 1 ? std::atoi(argv[1]) : -1;
  Buffers b;
  for (float& v : b.host) v = 1;
  cudaMalloc(&b.a, kBytes);
  cudaMalloc(&b.out, kBytes);
  cudaMemcpy(b.a, b.host, kBytes, cudaMemcpyHostToDevice);
  if (defect != 7) cudaMemset(b.out, 0, kBytes);
  run_kernel_defect(defect, b);
  run_memory_defect(defect, b);
  if (defect == 16 || defect == 17 || defect == 30 || defect == 31) run_cublas_defect(defect, b);
  if (defect == 24) allocate_in_capture();
  if (defect == 26) download_large_memory();
  const cudaError_t synchronised = cudaDeviceSynchronize();
  if (defect != 24)
    std::printf("defect %d: synchronisation gives %d, last error %d\n", defect, synchronised,
                cudaGetLastError());
  return 0;
}
