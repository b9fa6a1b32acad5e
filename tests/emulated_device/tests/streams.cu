// SPDX-License-Identifier: Apache-2.0
// Streams, events, copies. The argument picks a case: those below 20 are correct programs (status
// 0, no finding), the others have a seeded defect in their order.
#include <cuda_runtime.h>

#include <vector>

#include "support.hpp"

namespace {

constexpr int kCount = 1000;
constexpr size_t kBytes = kCount * sizeof(float);

__global__ void fill(float* a, int n, float value) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    a[i] = value;
}
__global__ void add(float* a, const float* b, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    a[i] += b[i];
}
__global__ void accumulate(float* sum, const float* a, int n) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) atomicAdd(sum, a[i]);
}

void increment(void* value) { *static_cast<float*>(value) += 1; }
void call_cuda(void* count) { cudaGetDeviceCount(static_cast<int*>(count)); }

/// What the cases work with: two streams that nothing orders, one that the legacy stream orders,
/// two device buffers.
struct Setup {
  cudaStream_t first, second, blocking;
  cudaEvent_t event, later;
  float *x, *y, *pinned;
  float pageable[kCount];

  Setup() {
    NONNEG_MUST(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking));
    NONNEG_MUST(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
    NONNEG_MUST(cudaStreamCreate(&blocking));
    NONNEG_MUST(cudaEventCreate(&event));
    NONNEG_MUST(cudaEventCreate(&later));
    NONNEG_MUST(cudaMalloc(&x, kBytes));
    NONNEG_MUST(cudaMalloc(&y, kBytes));
    NONNEG_MUST(cudaMallocHost(&pinned, kBytes));
  }

  /// The value that all of `device` should hold, after everything before has run.
  float download(const float* device, int index = 0) {
    NONNEG_MUST(cudaMemcpy(pageable, device, kBytes, cudaMemcpyDeviceToHost));
    return pageable[index];
  }
};

struct Outcome {
  float got, want;
};
constexpr Outcome kNothingToCompare{0, 0};

void start_fill(cudaStream_t stream, float* a, float value) {
  fill<<<2, 64, 0, stream>>>(a, kCount, value);
}
void start_add(cudaStream_t stream, float* a, const float* b) {
  add<<<2, 64, 0, stream>>>(a, b, kCount);
}

// Correct programs.

Outcome event_orders_two_streams(Setup& s) {
  start_fill(s.first, s.x, 3);
  NONNEG_MUST(cudaEventRecord(s.event, s.first));
  NONNEG_MUST(cudaStreamWaitEvent(s.second, s.event, 0));
  start_fill(s.second, s.y, 1);
  start_add(s.second, s.y, s.x);
  NONNEG_MUST(cudaMemcpyAsync(s.pinned, s.y, kBytes, cudaMemcpyDeviceToHost, s.second));
  NONNEG_MUST(cudaStreamSynchronize(s.second));
  return {s.pinned[kCount - 1], 4};
}

/// Chunks through two pinned buffers: the upload of one overlaps the work on the other.
Outcome double_buffering(Setup& s) {
  constexpr int kChunks = 7;
  float *device[2], *stage[2];
  cudaEvent_t consumed[2], uploaded[2];
  for (int p = 0; p < 2; ++p) {
    NONNEG_MUST(cudaMalloc(&device[p], kBytes));
    NONNEG_MUST(cudaMallocHost(&stage[p], kBytes));
    NONNEG_MUST(cudaEventCreateWithFlags(&consumed[p], cudaEventDisableTiming));
    NONNEG_MUST(cudaEventCreateWithFlags(&uploaded[p], cudaEventDisableTiming));
  }
  NONNEG_MUST(cudaMemsetAsync(s.y, 0, kBytes, s.second));
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    const int p = chunk % 2;
    NONNEG_MUST(cudaEventSynchronize(uploaded[p]));
    for (int i = 0; i < kCount; ++i) stage[p][i] = static_cast<float>(chunk);
    NONNEG_MUST(cudaStreamWaitEvent(s.first, consumed[p], 0));
    NONNEG_MUST(cudaMemcpyAsync(device[p], stage[p], kBytes, cudaMemcpyHostToDevice, s.first));
    NONNEG_MUST(cudaEventRecord(uploaded[p], s.first));
    NONNEG_MUST(cudaStreamWaitEvent(s.second, uploaded[p], 0));
    start_add(s.second, s.y, device[p]);
    NONNEG_MUST(cudaEventRecord(consumed[p], s.second));
  }
  NONNEG_MUST(cudaStreamSynchronize(s.second));
  return {s.download(s.y, 7), 0 + 1 + 2 + 3 + 4 + 5 + 6};
}

Outcome legacy_stream_orders_blocking_ones(Setup& s) {
  NONNEG_MUST(cudaMemset(s.x, 0, kBytes));
  start_fill(s.blocking, s.y, 2);
  start_add(nullptr, s.x, s.y);
  start_add(s.blocking, s.x, s.y);
  return {s.download(s.x), 4};
}

/// A pageable upload by cudaMemcpy takes its source at once, one by cudaMemcpyAsync when it runs; a
/// host function between two copies; loops over queries.
Outcome host_function_and_queries(Setup& s) {
  for (float& v : s.pageable) v = 2;
  NONNEG_MUST(cudaMemcpy(s.y, s.pageable, kBytes, cudaMemcpyHostToDevice));
  for (float& v : s.pageable) v = 5;
  NONNEG_CHECK(s.download(s.y) == 2);
  for (float& v : s.pageable) v = 5;
  NONNEG_MUST(cudaEventRecord(s.event, s.first));
  NONNEG_MUST(cudaMemcpyAsync(s.x, s.pageable, kBytes, cudaMemcpyHostToDevice, s.first));
  NONNEG_MUST(cudaMemcpyAsync(s.pinned, s.x, kBytes, cudaMemcpyDeviceToHost, s.first));
  NONNEG_MUST(cudaLaunchHostFunc(s.first, increment, s.pinned));
  NONNEG_MUST(cudaMemcpyAsync(s.y, s.pinned, kBytes, cudaMemcpyHostToDevice, s.first));
  NONNEG_MUST(cudaEventRecord(s.later, s.first));
  cudaError_t answer = cudaErrorNotReady;
  while (answer == cudaErrorNotReady) answer = cudaEventQuery(s.later);
  NONNEG_MUST(answer);
  for (float& v : s.pageable) v = -1;
  float milliseconds = 0;
  NONNEG_MUST(cudaEventElapsedTime(&milliseconds, s.event, s.later));
  NONNEG_CHECK(milliseconds > 0);
  answer = cudaErrorNotReady;
  while (answer == cudaErrorNotReady) answer = cudaStreamQuery(s.first);
  NONNEG_MUST(answer);
  return {s.download(s.y), 6};
}

Outcome stream_ordered_allocation(Setup& s) {
  for (int round = 0; round < 5; ++round) {
    float* temporary = nullptr;
    NONNEG_MUST(cudaMallocAsync(&temporary, kBytes, s.first));
    start_fill(s.first, temporary, static_cast<float>(round));
    if (round == 0) NONNEG_MUST(cudaMemsetAsync(s.x, 0, kBytes, s.first));
    start_add(s.first, s.x, temporary);
    NONNEG_MUST(cudaFreeAsync(temporary, s.first));
  }
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  return {s.download(s.x, 3), 0 + 1 + 2 + 3 + 4};
}

/// Two streams on disjoint parts of one buffer, atomics of both on one word.
Outcome disjoint_parts(Setup& s) {
  constexpr int kFirst = 501, kRest = kCount - kFirst;
  NONNEG_MUST(cudaMemset(s.y, 0, sizeof(float)));
  NONNEG_MUST(cudaDeviceSynchronize());
  fill<<<2, 64, 0, s.first>>>(s.x, kFirst, 1);
  fill<<<2, 64, 0, s.second>>>(s.x + kFirst, kRest, 2);
  accumulate<<<1, 64, 0, s.first>>>(s.y, s.x, kFirst);
  accumulate<<<1, 64, 0, s.second>>>(s.y, s.x + kFirst, kRest);
  NONNEG_MUST(cudaDeviceSynchronize());
  float sum = 0;
  NONNEG_MUST(cudaMemcpy(&sum, s.y, sizeof sum, cudaMemcpyDeviceToHost));
  return {sum, kFirst + 2 * kRest};
}

Outcome destroyed_stream_finishes_its_work(Setup& s) {
  start_fill(s.first, s.x, 9);
  NONNEG_MUST(cudaEventRecord(s.event, s.first));
  NONNEG_MUST(cudaStreamDestroy(s.first));
  NONNEG_MUST(cudaEventSynchronize(s.event));
  return {s.download(s.x), 9};
}

// Defects.

Outcome missing_wait(Setup& s) {
  start_fill(s.first, s.x, 3);
  start_fill(s.second, s.y, 1);
  start_add(s.second, s.y, s.x);  // nothing orders it after the first fill
  NONNEG_MUST(cudaStreamSynchronize(s.second));
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  return {s.download(s.y), 4};
}

Outcome pinned_buffer_reused_too_early(Setup& s) {
  for (int i = 0; i < kCount; ++i) s.pinned[i] = 1;
  NONNEG_MUST(cudaMemcpyAsync(s.x, s.pinned, kBytes, cudaMemcpyHostToDevice, s.first));
  for (int i = 0; i < kCount; ++i) s.pinned[i] = 2;
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  return {s.download(s.x), 1};
}

Outcome download_read_too_early(Setup& s) {
  start_fill(s.first, s.x, 3);
  s.pinned[0] = 0;
  NONNEG_MUST(cudaMemcpyAsync(s.pinned, s.x, kBytes, cudaMemcpyDeviceToHost, s.first));
  const float early = s.pinned[0];
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  return {early, 3};
}

/// The memset is in the legacy stream, which does not order non-blocking ones.
Outcome memset_in_another_stream(Setup& s) {
  NONNEG_MUST(cudaMemset(s.x, 0, kBytes));
  start_add(s.first, s.x, s.x);
  NONNEG_MUST(cudaDeviceSynchronize());
  return kNothingToCompare;
}

Outcome two_writers(Setup& s) {
  start_fill(s.first, s.x, 1);
  start_fill(s.second, s.x, 2);
  NONNEG_MUST(cudaDeviceSynchronize());
  return kNothingToCompare;
}

Outcome write_after_read(Setup& s) {
  start_fill(s.first, s.x, 1);
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  start_fill(s.first, s.y, 1);
  start_add(s.first, s.y, s.x);
  start_fill(s.second, s.x, 2);
  NONNEG_MUST(cudaDeviceSynchronize());
  return kNothingToCompare;
}

Outcome allocation_used_in_another_stream(Setup& s) {
  float* temporary = nullptr;
  NONNEG_MUST(cudaMallocAsync(&temporary, kBytes, s.first));
  start_fill(s.second, temporary, 1);
  NONNEG_MUST(cudaDeviceSynchronize());
  return kNothingToCompare;
}

Outcome use_after_free_in_stream(Setup& s) {
  float* temporary = nullptr;
  NONNEG_MUST(cudaMallocAsync(&temporary, kBytes, s.first));
  start_fill(s.first, temporary, 1);
  NONNEG_MUST(cudaFreeAsync(temporary, s.first));
  start_fill(s.first, temporary, 1);
  cudaDeviceSynchronize();  // gives the kernel's error
  return kNothingToCompare;
}

Outcome event_recorded_too_early(Setup& s) {
  NONNEG_MUST(cudaEventRecord(s.event, s.first));
  start_fill(s.first, s.x, 3);
  NONNEG_MUST(cudaStreamWaitEvent(s.second, s.event, 0));
  start_fill(s.second, s.y, 1);
  start_add(s.second, s.y, s.x);
  NONNEG_MUST(cudaDeviceSynchronize());
  return kNothingToCompare;
}

Outcome cuda_call_in_host_function(Setup& s) {
  int count = 0;
  NONNEG_MUST(cudaLaunchHostFunc(s.first, call_cuda, &count));
  NONNEG_MUST(cudaStreamSynchronize(s.first));
  return kNothingToCompare;
}

Outcome use_of_destroyed_stream(Setup& s) {
  NONNEG_MUST(cudaStreamDestroy(s.first));
  cudaStreamSynchronize(s.first);
  return kNothingToCompare;
}

struct Case {
  int number;
  Outcome (*run)(Setup&);
};
constexpr Case kCases[] = {{0, event_orders_two_streams},
                           {1, double_buffering},
                           {2, legacy_stream_orders_blocking_ones},
                           {3, host_function_and_queries},
                           {4, stream_ordered_allocation},
                           {5, disjoint_parts},
                           {6, destroyed_stream_finishes_its_work},
                           {20, missing_wait},
                           {21, pinned_buffer_reused_too_early},
                           {22, download_read_too_early},
                           {23, memset_in_another_stream},
                           {24, two_writers},
                           {25, write_after_read},
                           {26, allocation_used_in_another_stream},
                           {27, use_after_free_in_stream},
                           {28, event_recorded_too_early},
                           {29, cuda_call_in_host_function},
                           {30, use_of_destroyed_stream}};
constexpr int kFirstDefect = 20;

}  // namespace

int main(int argc, char** argv) {
  const int number = argc > 1 ? std::atoi(argv[1]) : -1;
  for (const Case& c : kCases) {
    if (c.number != number) continue;
    Setup setup;
    const Outcome outcome = c.run(setup);
    std::printf("case %d got %g want %g\n", number, outcome.got, outcome.want);
    return number < kFirstDefect && (outcome.got != outcome.want || failed_checks > 0) ? 1 : 0;
  }
  std::printf("no case %d\n", number);
  return 2;
}
