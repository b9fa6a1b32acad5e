// SPDX-License-Identifier: Apache-2.0
// The control functions of emulated_device.h, from inside a program: faults and recovery, memory
// limits, orders, ledger, phases, findings.
#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <nvtx3/nvToolsExt.h>

#include <cmath>
#include <string>

#include "emulated_device.h"
#include "support.hpp"

namespace {

using nonneg::emulated::Control;

constexpr int kCount = 64;
constexpr size_t kBytes = kCount * sizeof(float);

__global__ void add_one(float* a, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) a[i] += 1;
}

/// Allocates, copies up, adds one, copies down, frees; true when every call succeeded and the
/// values are right. Leaves no error behind.
bool solve() {
  float* device = nullptr;
  float values[kCount] = {};
  bool ok = cudaMalloc(&device, kBytes) == cudaSuccess;
  ok = ok && cudaMemcpy(device, values, kBytes, cudaMemcpyHostToDevice) == cudaSuccess;
  if (ok) add_one<<<1, kCount>>>(device, kCount);
  ok = cudaGetLastError() == cudaSuccess && ok;
  ok = ok && cudaMemcpy(values, device, kBytes, cudaMemcpyDeviceToHost) == cudaSuccess;
  cudaFree(device);
  cudaGetLastError();
  for (const float v : values) ok = ok && v == 1;
  return ok;
}

void test_faults_are_recovered_from() {
  Control::fail_at(0);
  NONNEG_CHECK(solve());
  const uint64_t calls = Control::failable_calls();
  NONNEG_CHECK(calls == 4);
  for (uint64_t n = 1; n <= calls; ++n) {
    Control::fail_at(n);
    NONNEG_CHECK(!solve());
    Control::fail_at(0);
    NONNEG_CHECK(solve());
    NONNEG_CHECK(Control::failable_calls() == calls);
  }
}

void test_memory_limit() {
  Control::set_free_memory(kBytes - 1);
  NONNEG_CHECK(!solve());
  void* too_much = nullptr;
  NONNEG_CHECK(cudaMalloc(&too_much, kBytes) == cudaErrorMemoryAllocation);
  NONNEG_CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  size_t free = 0, total = 0;
  NONNEG_MUST(cudaMemGetInfo(&free, &total));
  NONNEG_CHECK(free == kBytes - 1);
  Control::set_free_memory(1 << 30);
  NONNEG_CHECK(solve());
}

void test_ledger() {
  NONNEG_CHECK(solve());
  Control::reset_ledger();
  NONNEG_CHECK(solve());
  const nonneg_emu_totals t = Control::totals();
  NONNEG_CHECK(t.h2d_pageable.operations == 1 && t.h2d_pageable.bytes == kBytes);
  NONNEG_CHECK(t.d2h_pageable.operations == 1 && t.d2h_pageable.bytes == kBytes);
  NONNEG_CHECK(t.kernel_launches == 1 && t.kernel_bytes_loaded == kBytes &&
               t.kernel_bytes_stored == kBytes);
  NONNEG_CHECK(t.allocations == 1 && t.frees == 1 && t.live_bytes == 0 && t.peak_bytes == kBytes);
  NONNEG_CHECK(Control::kernels("add_one").launches == 1);
  NONNEG_CHECK(Control::kernels("no such kernel").launches == 0);
  NONNEG_CHECK(Control::ledger_json().find("\"H2D pageable\"") != std::string::npos);
}

void test_blas_counts() {
  cublasHandle_t handle;
  NONNEG_MUST(cublasCreate(&handle));
  float* a = to_device(std::vector<float>(16, 1.0f));
  Control::reset_ledger();
  const float one = 1, zero = 0;
  float* c = to_device(std::vector<float>(16, 0.0f));
  NONNEG_MUST(
      cublasSgemm_64(handle, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 4, &one, a, 4, a, 4, &zero, c, 4));
  NONNEG_CHECK(to_host(c, 16)[5] == 4);
  const auto counts = Control::blas("gemm");
  NONNEG_CHECK(counts.calls == 1 && counts.flops == 2 * 4 * 4 * 4 &&
               counts.operand_bytes == 3 * 64);
  NONNEG_MUST(cudaFree(a));
  NONNEG_MUST(cudaFree(c));
  NONNEG_MUST(cublasDestroy(handle));
}

void test_phases() {
  Control::reset_ledger();
  nvtxRangePushA("sweep");
  NONNEG_CHECK(solve());
  nvtxRangePushA("update");
  NONNEG_CHECK(solve());
  NONNEG_CHECK(solve());
  nvtxRangePop();
  nvtxRangePop();
  NONNEG_CHECK(solve());
  NONNEG_CHECK(Control::totals("sweep").kernel_launches == 1);
  NONNEG_CHECK(Control::totals("sweep/update").kernel_launches == 2);
  NONNEG_CHECK(Control::totals("sweep/update").d2h_pageable.bytes == 2 * kBytes);
  NONNEG_CHECK(Control::totals("").kernel_launches == 1);
  NONNEG_CHECK(Control::totals().kernel_launches == 4);
}

/// Two writers on two streams: a race in any order, reported, taken, and then no longer counted.
void test_findings() {
  cudaStream_t first, second;
  NONNEG_MUST(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking));
  NONNEG_MUST(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
  float* a = to_device(std::vector<float>(kCount, 0.0f));
  NONNEG_MUST(cudaDeviceSynchronize());
  for (const char* order : {"late", "eager", "random"}) {
    NONNEG_CHECK(Control::set_order(order, 5));
    add_one<<<1, kCount, 0, first>>>(a, kCount);
    add_one<<<1, kCount, 0, second>>>(a, kCount);
    NONNEG_MUST(cudaDeviceSynchronize());
    NONNEG_CHECK(Control::finding_count() > 0);
    NONNEG_CHECK(Control::take_findings().find("stream race") != std::string::npos);
    NONNEG_CHECK(Control::finding_count() == 0);
  }
  NONNEG_CHECK(!Control::set_order("sideways", 0));
  NONNEG_CHECK(Control::set_order("late", 0));
  NONNEG_MUST(cudaFree(a));
  NONNEG_MUST(cudaStreamDestroy(first));
  NONNEG_MUST(cudaStreamDestroy(second));
}

/// A kernel that writes out of bounds leaves the context unusable until the errors are cleared.
void test_device_errors() {
  float* a = to_device(std::vector<float>(kCount, 0.0f));
  add_one<<<1, 2 * kCount>>>(a, 2 * kCount);
  NONNEG_CHECK(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
  NONNEG_CHECK(!solve());
  NONNEG_CHECK(Control::take_findings().find("out of bounds") != std::string::npos);
  Control::clear_errors();
  NONNEG_CHECK(cudaGetLastError() == cudaSuccess);
  NONNEG_CHECK(solve());
  NONNEG_CHECK(Control::live_allocations() == 1);
  NONNEG_MUST(cudaFree(a));
  NONNEG_CHECK(Control::live_allocations() == 0);
}

/// Captures two memsets, `between` them, and says how the capture ended.
template <class Between>
cudaError_t capture_with(const Between& between) {
  cudaStream_t stream;
  cudaGraph_t graph = nullptr;
  float* a = nullptr;
  NONNEG_MUST(cudaMalloc(&a, kBytes));
  NONNEG_MUST(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  NONNEG_MUST(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  NONNEG_MUST(cudaMemsetAsync(a, 0, kBytes, stream));
  between();
  cudaMemsetAsync(a, 0, kBytes, stream);
  const cudaError_t status = cudaStreamEndCapture(stream, &graph);
  cudaGetLastError();
  NONNEG_CHECK((graph != nullptr) == (status == cudaSuccess));
  if (graph != nullptr) {
    NONNEG_MUST(cudaGraphDestroy(graph));
  }
  NONNEG_MUST(cudaStreamDestroy(stream));
  NONNEG_MUST(cudaFree(a));
  return status;
}

void test_what_spoils_a_capture() {
  NONNEG_CHECK(capture_with([] {}) == cudaSuccess);
  cublasHandle_t handle;
  NONNEG_MUST(cublasCreate(&handle));
  NONNEG_CHECK(capture_with([&] {
                 NONNEG_CHECK(cublasDestroy(handle) != CUBLAS_STATUS_SUCCESS);
               }) == cudaErrorStreamCaptureInvalidated);
  Control::spoil_captures(1);
  NONNEG_CHECK(capture_with([] {}) == cudaErrorStreamCaptureInvalidated);
  NONNEG_CHECK(capture_with([] {}) == cudaSuccess);
}

void test_pitches() {
  constexpr size_t kTooFar = size_t{1} << 31;
  float* a = nullptr;
  NONNEG_MUST(cudaMalloc(&a, kBytes));
  NONNEG_CHECK(cudaMemset2D(a, kTooFar, 0, 4, 2) == cudaErrorInvalidPitchValue);
  NONNEG_CHECK(cudaMemcpy2D(a, 4, a, kTooFar, 4, 2, cudaMemcpyDeviceToDevice) ==
               cudaErrorInvalidPitchValue);
  cudaGetLastError();
  NONNEG_MUST(cudaFree(a));
}

/// A float that adds up neighbours one by one is off where a double is not.
void test_device_sums() {
  constexpr int kTerms = 1 << 16;
  cublasHandle_t handle;
  NONNEG_MUST(cublasCreate(&handle));
  float* a = to_device(std::vector<float>(kTerms, 0.7f));
  float* c = to_device(std::vector<float>(1, 0.0f));
  const float one = 1, zero = 0;
  const auto sum = [&] {
    NONNEG_MUST(cublasSgemm_64(handle, CUBLAS_OP_T, CUBLAS_OP_N, 1, 1, kTerms, &one, a, kTerms, a,
                               kTerms, &zero, c, 1));
    return to_host(c, 1)[0];
  };
  const float exact = sum();
  NONNEG_CHECK(!Control::set_device_sums(true));
  const float rounded = sum();
  NONNEG_CHECK(rounded != exact && std::fabs(rounded / exact - 1) < 1e-3f && sum() == rounded);
  NONNEG_CHECK(Control::set_device_sums(false));
  NONNEG_CHECK(sum() == exact);
  NONNEG_MUST(cudaFree(a));
  NONNEG_MUST(cudaFree(c));
  NONNEG_MUST(cublasDestroy(handle));
}

void test_several_devices() {
  Control::set_devices(2);
  int count = 0;
  NONNEG_MUST(cudaGetDeviceCount(&count));
  NONNEG_CHECK(count == 2 && Control::contexts() == 0);
  NONNEG_CHECK(Control::set_device(0, "exclusive", 1 << 20));
  NONNEG_CHECK(cudaSetDevice(0) == cudaErrorDevicesUnavailable);
  NONNEG_CHECK(!solve());
  NONNEG_CHECK(Control::set_device(1, "usable", kBytes));
  NONNEG_MUST(cudaSetDevice(1));
  cudaGetLastError();
  NONNEG_CHECK(solve());
  NONNEG_CHECK(Control::contexts() == 2);
  cudaStream_t stream;
  NONNEG_MUST(cudaStreamCreate(&stream));
  NONNEG_CHECK(Control::set_device(0, "usable", 1 << 20));
  NONNEG_MUST(cudaSetDevice(0));
  float* a = nullptr;
  NONNEG_MUST(cudaMalloc(&a, 2 * kBytes));
  add_one<<<1, kCount, 0, stream>>>(a, kCount);
  NONNEG_CHECK(cudaGetLastError() == cudaErrorInvalidResourceHandle);
  NONNEG_MUST(cudaFree(a));
  NONNEG_MUST(cudaStreamDestroy(stream));
  Control::set_devices(1);
  Control::set_free_memory(1 << 30);
}

}  // namespace

int main() {
  if (!Control::present()) {
    std::printf("not on the emulated device\n");
    return 0;
  }
  test_faults_are_recovered_from();
  test_memory_limit();
  test_ledger();
  test_blas_counts();
  test_phases();
  test_findings();
  test_device_errors();
  test_what_spoils_a_capture();
  test_pitches();
  test_device_sums();
  test_several_devices();
  std::printf("bad=%d\n", failed_checks);
  return failed_checks;
}
