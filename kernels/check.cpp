// SPDX-License-Identifier: Apache-2.0
#include "kernels/check.hpp"

#include <fmt/format.h>

#include "base/byte_count.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

std::uint64_t free_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  const cudaError_t status = cudaMemGetInfo(&free, &total);
  take_back(status);
  return status == cudaSuccess ? free : 0;
}

bool is_missing_device(cudaError_t status) {
  switch (status) {
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInvalidDevice:
    case cudaErrorDevicesUnavailable:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
      return true;
    default:
      return false;
  }
}

}  // namespace

void take_back(cudaError_t status) {
  if (status != cudaSuccess && cudaPeekAtLastError() == status) cudaGetLastError();
}

int current_device() {
  int device = 0;
  take_back(cudaGetDevice(&device));
  return device;
}

void throw_out_of_memory(const char* call, const char* doing, std::uint64_t bytes) {
  constexpr const char* kRemedy = "free memory there, take another device, or use backend = cpu";
  const std::uint64_t free = free_bytes();
  throw OutOfMemory(
      bytes > 0
          ? fmt::format("cannot allocate {} on cuda:{} for {}: {} free ({}); {}", byte_count(bytes),
                        current_device(), doing, byte_count(free), call, kRemedy)
          : fmt::format("cuda:{} is out of memory in {} ({}): {} free; {}", current_device(), call,
                        doing, byte_count(free), kRemedy),
      bytes, free);
}

void check(cudaError_t status, const char* call, const char* doing, std::uint64_t bytes) {
  if (status == cudaSuccess) return;
  take_back(status);
  if (status == cudaErrorMemoryAllocation) throw_out_of_memory(call, doing, bytes);
  const std::string what = fmt::format("{} ({}) on cuda:{}: {}, {}", call, doing, current_device(),
                                       cudaGetErrorName(status), cudaGetErrorString(status));
  if (is_missing_device(status)) throw NotAvailable(what);
  throw DeviceError(what);
}

}  // namespace nonneg::cuda
