// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "cuda/check.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

/// A CUDA version number in words: 13000 is 13.0.
std::string version_words(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string reason_for(cudaError_t status) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  cudaGetLastError();
  if (driver == 0) return "no NVIDIA driver is installed";
  if (status == cudaErrorInsufficientDriver) {
    return fmt::format(
        "the NVIDIA driver is too old: it supports CUDA {}, and this nonneg needs {}; update it",
        version_words(driver), version_words(runtime));
  }
  if (status == cudaErrorNoDevice) return "there is a driver, but no CUDA device is visible to it";
  return fmt::format("{}, {}", cudaGetErrorName(status), cudaGetErrorString(status));
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute",
        "asking for a device's properties");
  return value;
}

bool usable(const DeviceInfo& info) {
  return info.compute_major > kMinComputeMajor ||
         (info.compute_major == kMinComputeMajor && info.compute_minor >= kMinComputeMinor);
}

}  // namespace

DeviceGuard::DeviceGuard(int device) : device_(device) {
  check(cudaGetDevice(&before_), "cudaGetDevice", "selecting a device");
  if (before_ != device_) check(cudaSetDevice(device_), "cudaSetDevice", "selecting a device");
}

DeviceGuard::~DeviceGuard() {
  if (before_ != device_) cudaSetDevice(before_);
}

DeviceInfo device_info(int device) {
  const DeviceGuard guard(device);
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties",
        "asking for a device's properties");
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo", "asking for free memory");
  DeviceInfo info;
  info.index = device;
  info.name = properties.name;
  info.memory_bytes = total;
  info.memory_free_bytes = free;
  info.l2_bytes = static_cast<std::uint64_t>(attribute(cudaDevAttrL2CacheSize, device));
  info.multiprocessors = attribute(cudaDevAttrMultiProcessorCount, device);
  info.compute_major = attribute(cudaDevAttrComputeCapabilityMajor, device);
  info.compute_minor = attribute(cudaDevAttrComputeCapabilityMinor, device);
  return info;
}

DeviceList devices() {
  DeviceList list;
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    cudaGetLastError();
    list.reason = reason_for(status);
    return list;
  }
  try {
    for (int device = 0; device < count; ++device) {
      const DeviceInfo info = device_info(device);
      if (usable(info)) {
        list.devices.push_back(info);
      } else {
        list.reason = fmt::format(
            "cuda:{}, {}, has compute capability {}.{}: at least {}.{} is needed", device,
            info.name, info.compute_major, info.compute_minor, kMinComputeMajor, kMinComputeMinor);
      }
    }
  } catch (const Error& error) {
    // One device that cannot be used, such as one held exclusively by another process.
    list.reason = error.what();
  }
  if (!list.devices.empty()) {
    list.reason.clear();
  } else if (list.reason.empty()) {
    list.reason = reason_for(cudaErrorNoDevice);
  }
  return list;
}

}  // namespace nonneg::cuda
