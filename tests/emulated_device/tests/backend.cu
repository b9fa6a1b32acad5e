// SPDX-License-Identifier: Apache-2.0
// A correct program that uses what a solver's CUDA backend uses: panels staged through pinned
// double buffers over two streams, cuBLAS on row-major factors, fused kernels, a captured graph,
// stream-ordered memory, events, host functions. Ends with 0 when the factors agree with a host
// computation, with 3 (everything released) when a call fails.
#include <cublas_v2.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cub/block/block_reduce.cuh>
#include <cub/warp/warp_reduce.cuh>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr int kRows = 61, kColumns = 33, kRank = 5, kPanelRows = 16, kPaddedColumns = 48;
constexpr float kFloor = 1e-9f;
constexpr int kThreads = 64;
constexpr int kLargeShared = 60 * 1024;  // bytes, above the 48 KiB that need no permission

void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess)
    throw std::runtime_error(std::string(what) + ": " + cudaGetErrorName(error));
}
void check(cublasStatus_t status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string(what) + ": " + cublasGetStatusName(status));
}
#define NONNEG_TRY(call) check((call), #call)

// Owners.

struct Stream {
  cudaStream_t handle = nullptr;
  Stream() { NONNEG_TRY(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)); }
  ~Stream() {
    cudaStreamSynchronize(handle);
    cudaStreamDestroy(handle);
  }
};

struct Event {
  cudaEvent_t handle = nullptr;
  explicit Event(unsigned flags = cudaEventDisableTiming) {
    NONNEG_TRY(cudaEventCreateWithFlags(&handle, flags));
  }
  ~Event() { cudaEventDestroy(handle); }
};

template <class T>
struct DeviceBuffer {
  T* data = nullptr;
  explicit DeviceBuffer(size_t count) { NONNEG_TRY(cudaMalloc(&data, count * sizeof(T))); }
  ~DeviceBuffer() { cudaFree(data); }
};

struct PinnedBuffer {
  float* data = nullptr;
  explicit PinnedBuffer(size_t count) {
    NONNEG_TRY(cudaHostAlloc(reinterpret_cast<void**>(&data), count * sizeof(float), 0));
  }
  ~PinnedBuffer() { cudaFreeHost(data); }
};

struct RegisteredRange {
  void* data;
  RegisteredRange(void* p, size_t bytes) : data(p) { NONNEG_TRY(cudaHostRegister(p, bytes, 0)); }
  ~RegisteredRange() { cudaHostUnregister(data); }
};

struct Blas {
  cublasHandle_t handle = nullptr;
  Blas() { NONNEG_TRY(cublasCreate(&handle)); }
  ~Blas() { cublasDestroy(handle); }
};

// Kernels.

/// F = max(floor, F * P / (F G)) for a row-major rows x k factor; G is k x k, upper triangle
/// stored.
__global__ void update_factor(float* F, const float* P, const float* G, int rows) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float old[kRank];
  for (int c = 0; c < kRank; ++c) old[c] = F[row * kRank + c];
  for (int c = 0; c < kRank; ++c) {
    float denominator = 0;
    for (int l = 0; l < kRank; ++l) denominator += old[l] * G[min(l, c) + max(l, c) * kRank];
    const float updated = old[c] * P[row * kRank + c] / (denominator + kFloor);
    F[row * kRank + c] = updated > kFloor ? updated : kFloor;
  }
}

/// *sum += sum of squares, with a block reduction and a double atomic.
__global__ void sum_of_squares(const float* a, int n, double* sum) {
  using Reduce = cub::BlockReduce<double, kThreads>;
  __shared__ typename Reduce::TempStorage storage;
  double own = 0;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < n; i += gridDim.x * kThreads)
    own += static_cast<double>(a[i]) * a[i];
  const double total = Reduce(storage).Sum(own);
  if (threadIdx.x == 0) atomicAdd(sum, total);
}

/// One warp: the sum of the lane numbers, by CUB and by shuffles.
__global__ void sum_lanes(int* sums) {
  using Reduce = cub::WarpReduce<int>;
  __shared__ typename Reduce::TempStorage storage;
  const int lane = threadIdx.x;
  const int by_cub = Reduce(storage).Sum(lane);
  int by_shuffle = lane;
  for (int d = 16; d > 0; d /= 2) by_shuffle += __shfl_xor_sync(~0u, by_shuffle, d);
  if (lane == 0) {
    sums[0] = by_cub;
    sums[1] = by_shuffle;
  }
}

/// Reverses n floats through a large dynamic window.
__global__ void reverse_through_shared(float* a, int n) {
  extern __shared__ float window[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) window[i] = a[i];
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) a[i] = window[n - 1 - i];
}

__host__ __device__ inline uint32_t multiply_high(uint32_t a, uint32_t b) {
#ifdef __CUDA_ARCH__
  return __umulhi(a, b);
#else
  return static_cast<uint32_t>(static_cast<uint64_t>(a) * b >> 32);
#endif
}
__host__ __device__ inline uint64_t multiply_high(uint64_t a, uint64_t b) {
#ifdef __CUDA_ARCH__
  return __umul64hi(a, b);
#else
  return static_cast<uint64_t>(static_cast<unsigned __int128>(a) * b >> 64);
#endif
}

/// Ten rounds of Philox 2x32 over (index, key), mixed with a 64-bit high product, into (0, 1].
__host__ __device__ inline float random_value(uint32_t index, uint32_t key) {
  uint32_t left = index, right = 0x9E3779B9u;
  for (int round = 0; round < 10; ++round) {
    const uint32_t high = multiply_high(0xD256D193u, left), low = 0xD256D193u * left;
    left = high ^ key ^ right;
    right = low;
    key += 0x9E3779B9u;
  }
  const uint64_t both = static_cast<uint64_t>(left) << 32 | right;
  const uint64_t mixed = multiply_high(both, uint64_t{0xD1342543DE82EF95ull}) ^ both;
  return (static_cast<float>(mixed >> 40) + 1.0f) * (1.0f / 16777217.0f);
}

__global__ void fill_random(float* out, int n, uint32_t key) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = random_value(i, key);
}

__global__ void round_to_half(float* a, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) a[i] = __half2float(__float2half_rn(a[i]));
}

int blocks_for(int n) { return (n + kThreads - 1) / kThreads; }

// The factorization on the device. Row-major factors are column-major transposes to cuBLAS.

struct Factorization {
  Stream compute, upload;
  Blas blas;
  DeviceBuffer<float> W{kRows * kRank}, Ht{kColumns * kRank}, P{kPanelRows * kRank};
  DeviceBuffer<float> C{kColumns * kRank}, S{kRank * kRank}, G{kRank * kRank};
  DeviceBuffer<float> resident{kRows * kPaddedColumns};
  DeviceBuffer<float> panel0{kPanelRows * kColumns}, panel1{kPanelRows * kColumns};
  DeviceBuffer<char> workspace{1 << 16};
  PinnedBuffer stage0{kPanelRows * kColumns}, stage1{kPanelRows * kColumns};
  Event uploaded0, uploaded1, consumed0, consumed1;

  Factorization() {
    NONNEG_TRY(cublasSetStream(blas.handle, compute.handle));
    NONNEG_TRY(cublasSetWorkspace(blas.handle, workspace.data, 1 << 16));
    fill_random<<<blocks_for(kRows * kRank), kThreads, 0, compute.handle>>>(W.data, kRows * kRank,
                                                                            1);
    NONNEG_TRY(cudaGetLastError());
    fill_random<<<blocks_for(kColumns * kRank), kThreads, 0, compute.handle>>>(Ht.data,
                                                                               kColumns * kRank, 2);
    NONNEG_TRY(cudaGetLastError());
  }

  void begin_sweep() {
    const float one = 1, zero = 0;
    NONNEG_TRY(cudaMemsetAsync(C.data, 0, kColumns * kRank * sizeof(float), compute.handle));
    NONNEG_TRY(cudaMemsetAsync(S.data, 0, kRank * kRank * sizeof(float), compute.handle));
    NONNEG_TRY(cudaMemsetAsync(G.data, 0, kRank * kRank * sizeof(float), compute.handle));
    NONNEG_TRY(cublasSsyrk_64(blas.handle, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, kRank, kColumns,
                              &one, Ht.data, kRank, &zero, G.data, kRank));
  }

  /// All that the sweep needs of `rows` rows of A from `first` on.
  void sweep_panel(const float* A, int ld, int first, int rows) {
    const float one = 1, zero = 0;
    float* W_p = W.data + first * kRank;
    NONNEG_TRY(cublasSgemm_64(blas.handle, CUBLAS_OP_N, CUBLAS_OP_N, kRank, rows, kColumns, &one,
                              Ht.data, kRank, A, ld, &zero, P.data, kRank));
    update_factor<<<blocks_for(rows), kThreads, 0, compute.handle>>>(W_p, P.data, G.data, rows);
    NONNEG_TRY(cudaGetLastError());
    NONNEG_TRY(cublasSgemm_64(blas.handle, CUBLAS_OP_N, CUBLAS_OP_T, kRank, kColumns, rows, &one,
                              W_p, kRank, A, ld, &one, C.data, kRank));
    NONNEG_TRY(cublasSsyrk_64(blas.handle, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, kRank, rows, &one,
                              W_p, kRank, &one, S.data, kRank));
  }

  void end_sweep() {
    update_factor<<<blocks_for(kColumns), kThreads, 0, compute.handle>>>(Ht.data, C.data, S.data,
                                                                         kColumns);
    NONNEG_TRY(cudaGetLastError());
  }

  /// A sweep over a host matrix: the upload of one panel overlaps the work on the other.
  void staged_sweep(const std::vector<float>& A) {
    PinnedBuffer* stages[] = {&stage0, &stage1};
    DeviceBuffer<float>* panels[] = {&panel0, &panel1};
    Event* uploaded[] = {&uploaded0, &uploaded1};
    Event* consumed[] = {&consumed0, &consumed1};
    begin_sweep();
    for (int first = 0, p = 0; first < kRows; first += kPanelRows, p ^= 1) {
      const int rows = first + kPanelRows < kRows ? kPanelRows : kRows - first;
      NONNEG_TRY(cudaEventSynchronize(uploaded[p]->handle));  // the stage is free again
      for (int i = 0; i < rows * kColumns; ++i) stages[p]->data[i] = A[first * kColumns + i];
      NONNEG_TRY(cudaStreamWaitEvent(upload.handle, consumed[p]->handle, 0));
      NONNEG_TRY(cudaMemcpyAsync(panels[p]->data, stages[p]->data, rows * kColumns * sizeof(float),
                                 cudaMemcpyHostToDevice, upload.handle));
      NONNEG_TRY(cudaEventRecord(uploaded[p]->handle, upload.handle));
      NONNEG_TRY(cudaStreamWaitEvent(compute.handle, uploaded[p]->handle, 0));
      sweep_panel(panels[p]->data, kColumns, first, rows);
      NONNEG_TRY(cudaEventRecord(consumed[p]->handle, compute.handle));
    }
    end_sweep();
  }

  /// Uploads the whole matrix with a padded leading dimension, then replays a captured sweep.
  void resident_sweeps(std::vector<float>& A, int sweeps) {
    {
      const RegisteredRange pinned(A.data(), A.size() * sizeof(float));
      NONNEG_TRY(cudaMemcpy2DAsync(resident.data, kPaddedColumns * sizeof(float), A.data(),
                                   kColumns * sizeof(float), kColumns * sizeof(float), kRows,
                                   cudaMemcpyHostToDevice, compute.handle));
      NONNEG_TRY(cudaStreamSynchronize(compute.handle));
    }
    cudaGraph_t graph = nullptr;
    NONNEG_TRY(cudaStreamBeginCapture(compute.handle, cudaStreamCaptureModeThreadLocal));
    std::string failure;
    try {
      begin_sweep();
      for (int first = 0; first < kRows; first += kPanelRows)
        sweep_panel(resident.data + first * kPaddedColumns, kPaddedColumns, first,
                    first + kPanelRows < kRows ? kPanelRows : kRows - first);
      end_sweep();
    } catch (const std::exception& e) {
      failure = e.what();
    }
    const cudaError_t ended = cudaStreamEndCapture(compute.handle, &graph);
    cudaGraphExec_t executable = nullptr;
    if (failure.empty()) {
      NONNEG_TRY(ended);
      const cudaError_t instantiated = cudaGraphInstantiate(&executable, graph, 0);
      cudaGraphDestroy(graph);
      NONNEG_TRY(instantiated);
      cudaError_t launched = cudaSuccess;
      for (int i = 0; i < sweeps && launched == cudaSuccess; ++i)
        launched = cudaGraphLaunch(executable, compute.handle);
      const cudaError_t synchronised = cudaStreamSynchronize(compute.handle);
      cudaGraphExecDestroy(executable);
      NONNEG_TRY(launched);
      NONNEG_TRY(synchronised);
      return;
    }
    if (graph != nullptr) cudaGraphDestroy(graph);
    throw std::runtime_error(failure);
  }

  std::vector<float> download(const float* device, int count) {
    std::vector<float> values(count);
    NONNEG_TRY(cudaMemcpyAsync(values.data(), device, count * sizeof(float), cudaMemcpyDeviceToHost,
                               compute.handle));
    NONNEG_TRY(cudaStreamSynchronize(compute.handle));
    return values;
  }
};

// The same on the host, in double.

void update_on_host(std::vector<double>& F, const std::vector<double>& P,
                    const std::vector<double>& G) {
  for (size_t row = 0; row < F.size() / kRank; ++row) {
    double old[kRank];
    for (int c = 0; c < kRank; ++c) old[c] = F[row * kRank + c];
    for (int c = 0; c < kRank; ++c) {
      double denominator = 0;
      for (int l = 0; l < kRank; ++l) denominator += old[l] * G[l * kRank + c];
      F[row * kRank + c] = std::fmax(old[c] * P[row * kRank + c] / (denominator + kFloor), kFloor);
    }
  }
}

std::vector<double> gram(const std::vector<double>& F) {
  std::vector<double> G(kRank * kRank, 0);
  for (size_t row = 0; row < F.size() / kRank; ++row)
    for (int a = 0; a < kRank; ++a)
      for (int b = 0; b < kRank; ++b) G[a * kRank + b] += F[row * kRank + a] * F[row * kRank + b];
  return G;
}

void sweep_on_host(const std::vector<float>& A, std::vector<double>& W, std::vector<double>& Ht) {
  std::vector<double> P(W.size(), 0), C(Ht.size(), 0);
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j)
      for (int c = 0; c < kRank; ++c) P[i * kRank + c] += A[i * kColumns + j] * Ht[j * kRank + c];
  update_on_host(W, P, gram(Ht));
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j)
      for (int c = 0; c < kRank; ++c) C[j * kRank + c] += A[i * kColumns + j] * W[i * kRank + c];
  update_on_host(Ht, C, gram(W));
}

bool agree(const std::vector<float>& got, const std::vector<double>& want, const char* what) {
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i)
    worst = std::fmax(worst, std::fabs(got[i] - want[i]) / (std::fabs(want[i]) + 1e-3));
  std::printf("%s: largest relative difference %.1e\n", what, worst);
  return worst < 2e-4;
}

bool run_factorization() {
  std::vector<float> A(kRows * kColumns);
  for (size_t i = 0; i < A.size(); ++i) A[i] = random_value(static_cast<uint32_t>(i), 7);
  std::vector<double> W(kRows * kRank), Ht(kColumns * kRank);
  for (size_t i = 0; i < W.size(); ++i) W[i] = random_value(static_cast<uint32_t>(i), 1);
  for (size_t i = 0; i < Ht.size(); ++i) Ht[i] = random_value(static_cast<uint32_t>(i), 2);
  for (int sweep = 0; sweep < 4; ++sweep) sweep_on_host(A, W, Ht);

  Factorization f;
  f.staged_sweep(A);
  f.staged_sweep(A);
  f.resident_sweeps(A, 2);
  const bool same_W = agree(f.download(f.W.data, kRows * kRank), W, "W");
  const bool same_Ht = agree(f.download(f.Ht.data, kColumns * kRank), Ht, "Ht");
  return same_W && same_Ht;
}

// Single features.

bool run_reductions() {
  const Stream stream;
  constexpr int kCount = 1000;
  DeviceBuffer<float> values(kCount);
  DeviceBuffer<double> sum(1);
  fill_random<<<blocks_for(kCount), kThreads, 0, stream.handle>>>(values.data, kCount, 3);
  NONNEG_TRY(cudaGetLastError());
  NONNEG_TRY(cudaMemsetAsync(sum.data, 0, sizeof(double), stream.handle));
  sum_of_squares<<<3, kThreads, 0, stream.handle>>>(values.data, kCount, sum.data);
  NONNEG_TRY(cudaGetLastError());
  DeviceBuffer<int> lanes(2);
  sum_lanes<<<1, 32, 0, stream.handle>>>(lanes.data);
  NONNEG_TRY(cudaGetLastError());
  double got = 0, want = 0;
  int lane_sums[2] = {};
  NONNEG_TRY(cudaMemcpyAsync(&got, sum.data, sizeof got, cudaMemcpyDeviceToHost, stream.handle));
  NONNEG_TRY(cudaMemcpyAsync(lane_sums, lanes.data, sizeof lane_sums, cudaMemcpyDeviceToHost,
                             stream.handle));
  NONNEG_TRY(cudaStreamSynchronize(stream.handle));
  for (int i = 0; i < kCount; ++i) {
    const double v = random_value(i, 3);
    want += v * v;
  }
  return std::fabs(got - want) < 1e-12 * want && lane_sums[0] == 496 && lane_sums[1] == 496;
}

void count_call(void* counter) { ++*static_cast<int*>(counter); }

/// Large shared window, half rounding, stream-ordered memory, timing events, a host function.
bool run_stream_features() {
  const Stream stream;
  constexpr int kCount = kLargeShared / static_cast<int>(sizeof(float));
  Event begin(cudaEventDefault), end(cudaEventDefault);
  NONNEG_TRY(cudaFuncSetAttribute(reverse_through_shared,
                                  cudaFuncAttributeMaxDynamicSharedMemorySize, kLargeShared));
  int resident_blocks = 0;
  NONNEG_TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident_blocks, reverse_through_shared,
                                                           128, kLargeShared));
  NONNEG_TRY(cudaEventRecord(begin.handle, stream.handle));
  float* values = nullptr;
  NONNEG_TRY(cudaMallocAsync(&values, kLargeShared, stream.handle));
  int calls = 0;
  std::vector<float> got(kCount);
  std::string failure;
  try {
    fill_random<<<blocks_for(kCount), kThreads, 0, stream.handle>>>(values, kCount, 4);
    NONNEG_TRY(cudaGetLastError());
    round_to_half<<<blocks_for(kCount), kThreads, 0, stream.handle>>>(values, kCount);
    NONNEG_TRY(cudaGetLastError());
    reverse_through_shared<<<1, 128, kLargeShared, stream.handle>>>(values, kCount);
    NONNEG_TRY(cudaGetLastError());
    NONNEG_TRY(cudaLaunchHostFunc(stream.handle, count_call, &calls));
    NONNEG_TRY(
        cudaMemcpyAsync(got.data(), values, kLargeShared, cudaMemcpyDeviceToHost, stream.handle));
  } catch (const std::exception& e) {
    failure = e.what();
  }
  cudaFreeAsync(values, stream.handle);
  if (!failure.empty()) {
    cudaStreamSynchronize(stream.handle);  // the host function refers to `calls`
    throw std::runtime_error(failure);
  }
  NONNEG_TRY(cudaEventRecord(end.handle, stream.handle));
  NONNEG_TRY(cudaEventSynchronize(end.handle));
  float milliseconds = 0;
  NONNEG_TRY(cudaEventElapsedTime(&milliseconds, begin.handle, end.handle));
  bool right = resident_blocks == 1 && calls == 1 && milliseconds > 0;
  for (int i = 0; i < kCount; ++i)
    right = right && got[i] == __half2float(__float2half_rn(random_value(kCount - 1 - i, 4)));
  return right;
}

/// cuBLAS besides gemm and syrk: geam, dot, nrm2, asum, TF32.
bool run_blas_features() {
  const Stream stream;
  const Blas blas;
  NONNEG_TRY(cublasSetStream(blas.handle, stream.handle));
  constexpr int kSide = 8;
  DeviceBuffer<float> a(kSide * kSide), b(kSide * kSide);
  fill_random<<<1, kSide * kSide, 0, stream.handle>>>(a.data, kSide * kSide, 5);
  NONNEG_TRY(cudaGetLastError());
  const float one = 1, zero = 0;
  NONNEG_TRY(cublasSgeam(blas.handle, CUBLAS_OP_T, CUBLAS_OP_N, kSide, kSide, &one, a.data, kSide,
                         &zero, a.data, kSide, b.data, kSide));
  float dot = 0, norm = 0, sum = 0;
  NONNEG_TRY(cublasSdot_64(blas.handle, kSide * kSide, a.data, 1, a.data, 1, &dot));
  NONNEG_TRY(cublasSnrm2_64(blas.handle, kSide * kSide, b.data, 1, &norm));
  NONNEG_TRY(cublasSasum_64(blas.handle, kSide * kSide, b.data, 1, &sum));
  NONNEG_TRY(cublasGemmEx_64(blas.handle, CUBLAS_OP_N, CUBLAS_OP_N, kSide, kSide, kSide, &one,
                             a.data, CUDA_R_32F, kSide, a.data, CUDA_R_32F, kSide, &zero, b.data,
                             CUDA_R_32F, kSide, CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_GEMM_DEFAULT));
  std::vector<float> product(kSide * kSide);
  NONNEG_TRY(cudaMemcpyAsync(product.data(), b.data, product.size() * sizeof(float),
                             cudaMemcpyDeviceToHost, stream.handle));
  NONNEG_TRY(cudaStreamSynchronize(stream.handle));
  double want_sum = 0, want_dot = 0, want_first = 0;
  for (int i = 0; i < kSide * kSide; ++i) {
    const double v = random_value(i, 5);
    want_sum += v;
    want_dot += v * v;
  }
  for (int l = 0; l < kSide; ++l)
    want_first += static_cast<double>(random_value(l * kSide, 5)) * random_value(l, 5);
  return std::fabs(dot - want_dot) < 1e-5 * want_dot &&
         std::fabs(norm * norm - want_dot) < 1e-5 * want_dot &&
         std::fabs(sum - want_sum) < 1e-5 * want_sum &&
         std::fabs(product[0] - want_first) < 2e-3 * want_first;
}

bool run_queries() {
  int runtime = 0, driver = 0, multiprocessors = 0;
  cudaDeviceProp properties;
  cudaFuncAttributes attributes;
  size_t free = 0, total = 0;
  NONNEG_TRY(cudaRuntimeGetVersion(&runtime));
  NONNEG_TRY(cudaDriverGetVersion(&driver));
  NONNEG_TRY(cudaGetDeviceProperties(&properties, 0));
  NONNEG_TRY(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, 0));
  NONNEG_TRY(cudaFuncGetAttributes(&attributes, sum_of_squares));
  NONNEG_TRY(cudaMemGetInfo(&free, &total));
  return driver >= runtime && properties.multiProcessorCount == multiprocessors && free <= total &&
         attributes.sharedSizeBytes > 0 && attributes.maxThreadsPerBlock >= kThreads;
}

}  // namespace

int main() {
  try {
    const bool right = run_queries() && run_reductions() && run_stream_features() &&
                       run_blas_features() && run_factorization();
    std::printf(right ? "all as on the host\n" : "wrong results\n");
    return right ? 0 : 1;
  } catch (const std::exception& e) {
    std::printf("failed: %s\n", e.what());
    return 3;
  }
}
