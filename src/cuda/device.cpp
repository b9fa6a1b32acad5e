// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "cuda/check.hpp"
#include "cuda/device_code.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

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

/// Why the library has no code for a device; empty where it has. Makes no context there.
std::string why_unusable(int device) {
  constexpr DeviceCode kCompiled{NONNEG_CUDA_MACHINE_CODE, NONNEG_CUDA_PTX, NONNEG_CUDA_VERSION};
  int driver = 0;
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion", "asking for the driver's version");
  const std::string why =
      why_no_code(kCompiled, attribute(cudaDevAttrComputeCapabilityMajor, device),
                  attribute(cudaDevAttrComputeCapabilityMinor, device), driver);
  if (why.empty()) return why;
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties",
        "asking for a device's properties");
  return fmt::format("cuda:{}, {}, has {}", device, properties.name, why);
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
      const std::string why = why_unusable(device);
      if (why.empty()) {
        list.devices.push_back(device_info(device));
      } else {
        list.reason = why;
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
