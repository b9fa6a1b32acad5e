// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "base/byte_count.hpp"
#include "cuda/backend_memory.hpp"
#include "cuda/check.hpp"
#include "cuda/device_code.hpp"
#include "kernels/add.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

std::string reason_for(cudaError_t status) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  take_back(status);
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
  if (why.empty()) return {};
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties",
        "asking for a device's properties");
  return fmt::format("cuda:{}, {}, has {}", device, properties.name, why);
}

using ContextStateOf = CUresult (*)(CUdevice, unsigned*, int*);

/// The driver's cuDevicePrimaryCtxGetState; null where it cannot be had.
ContextStateOf find_context_state() {
  void* function = nullptr;
  constexpr const char* kName = "cuDevicePrimaryCtxGetState";
  cudaDriverEntryPointQueryResult found{};
#if CUDART_VERSION >= 12050
  constexpr unsigned kSince = 7000;
  const cudaError_t status =
      cudaGetDriverEntryPointByVersion(kName, &function, kSince, cudaEnableDefault, &found);
#else
  const cudaError_t status = cudaGetDriverEntryPoint(kName, &function, cudaEnableDefault, &found);
#endif
  take_back(status);
  return status == cudaSuccess && found == cudaDriverEntryPointSuccess
             ? reinterpret_cast<ContextStateOf>(function)
             : nullptr;
}

/// Whether a device has a context; true where the driver cannot be asked.
bool has_context(int device) {
  static const ContextStateOf kStateOf = find_context_state();
  unsigned flags = 0;
  int active = 1;
  if (kStateOf != nullptr) kStateOf(device, &flags, &active);
  return active != 0;
}

/// What any run takes on a device: a cuBLAS handle's workspace, and that of the reductions.
std::uint64_t least_bytes() { return backend_bytes(0); }

}  // namespace

DeviceGuard::DeviceGuard(int device) : device_(device) {
  check(cudaGetDevice(&before_), "cudaGetDevice", "selecting a device");
  if (before_ == device_) return;
  restores_ = has_context(before_);
  const cudaError_t status = cudaSetDevice(device_);
  if (status == cudaSuccess) return;
  check(status, "cudaSetDevice", fmt::format("selecting cuda:{}", device_).c_str());
}

DeviceGuard::~DeviceGuard() {
  if (restores_) take_back(cudaSetDevice(before_));
}

DeviceInfo device_info(int device) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties",
        "asking for a device's properties");
  DeviceInfo info;
  info.index = device;
  info.name = properties.name;
  info.memory_bytes = properties.totalGlobalMem;
  info.l2_bytes = static_cast<std::uint64_t>(attribute(cudaDevAttrL2CacheSize, device));
  info.multiprocessors = multiprocessors(device);
  info.compute_major = attribute(cudaDevAttrComputeCapabilityMajor, device);
  info.compute_minor = attribute(cudaDevAttrComputeCapabilityMinor, device);
  return info;
}

int multiprocessors(int device) { return attribute(cudaDevAttrMultiProcessorCount, device); }

std::uint64_t free_memory(int device) {
  const DeviceGuard guard(device);
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo", "asking for free memory");
  return free;
}

DeviceAnswer open_device(int device) {
  using Kind = DeviceAnswer::Kind;
  try {
    const DeviceGuard guard(device);
    check(ask_for_code(), "cudaFuncGetAttributes", "looking for the kernels' code");
    const std::uint64_t free = free_memory(device);
    if (free >= least_bytes()) return {Kind::usable};
    return {Kind::full, fmt::format("cuda:{} has {} of memory free, and a run takes {} at least",
                                    device, byte_count(free), byte_count(least_bytes()))};
  } catch (const OutOfMemory& error) {
    return {Kind::full, fmt::format("cuda:{} has no room for a context: {}", device, error.what())};
  } catch (const Error& error) {
    return {Kind::refused, fmt::format("cuda:{} cannot be had: {}", device, error.what())};
  }
}

DeviceList devices() {
  DeviceList list;
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    list.reason = reason_for(status);
    return list;
  }
  for (int device = 0; device < count; ++device) {
    std::string reason;
    try {
      reason = why_unusable(device);
      if (reason.empty()) {
        list.devices.push_back(device_info(device));
        continue;
      }
    } catch (const Error& error) {
      // One that answers nothing does not hide the others.
      reason = fmt::format("cuda:{} does not answer: {}", device, error.what());
    }
    list.unusable.push_back({device, reason});
  }
  if (!list.devices.empty()) return list;
  for (const UnusableDevice& device : list.unusable) {
    list.reason += (list.reason.empty() ? "" : "; ") + device.reason;
  }
  if (list.reason.empty()) list.reason = reason_for(cudaErrorNoDevice);
  return list;
}

}  // namespace nonneg::cuda
