// SPDX-License-Identifier: Apache-2.0
// The devices as the program sees them: alike, modest, of the compute capability of the program's
// PTX.
#include "device.hpp"

#include <cuda.h>

#include <cstring>

#include "../settings.hpp"
#include "api.hpp"
#include "modules.hpp"
#include "queue.hpp"

namespace nonneg::emulated {
namespace {

constexpr int kVersion = 13000;
constexpr int kSharedPerBlock = 48 * 1024;
constexpr int kSharedPerBlockOptIn = 64 * 1024;
constexpr int kRegistersPerBlock = 65536;
constexpr int kMaxGridX = 2147483647;
constexpr int kMaxGridYZ = 65535;
constexpr int kL2Bytes = 4 << 20;

thread_local int device_of_thread = 0;
std::uint32_t devices_with_context = 0;

bool has_device() { return settings().device_count > 0; }

bool is_device(int device) { return device >= 0 && device < settings().device_count; }

std::uint32_t bit(int device) { return std::uint32_t{1} << device; }

cudaError_t enter(int device) {
  switch (settings().conditions[static_cast<std::size_t>(device)]) {
    case DeviceCondition::Exclusive:
      return cudaErrorDevicesUnavailable;
    case DeviceCondition::Broken:
      return cudaErrorECCUncorrectable;
    case DeviceCondition::Usable:
    case DeviceCondition::NoCode:
      break;
  }
  devices_with_context |= bit(device);
  return cudaSuccess;
}

int attribute_value(int attribute) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
    case cudaDevAttrMaxBlockDimX:
    case cudaDevAttrMaxBlockDimY:
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return 1024;
    case cudaDevAttrMaxBlockDimZ:
      return 64;
    case cudaDevAttrMaxGridDimX:
      return kMaxGridX;
    case cudaDevAttrMaxGridDimY:
    case cudaDevAttrMaxGridDimZ:
      return kMaxGridYZ;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      return kSharedPerBlock;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      return kSharedPerBlockOptIn;
    case cudaDevAttrMaxPitch:
      return kMaxGridX;
    case cudaDevAttrWarpSize:
      return 32;
    case cudaDevAttrMultiProcessorCount:
      return settings().multiprocessors;
    case cudaDevAttrComputeCapabilityMajor:
      return compute_capability() / 10;
    case cudaDevAttrComputeCapabilityMinor:
      return compute_capability() % 10;
    case cudaDevAttrMaxRegistersPerBlock:
    case cudaDevAttrMaxRegistersPerMultiprocessor:
      return kRegistersPerBlock;
    case cudaDevAttrMaxBlocksPerMultiprocessor:
      return 16;
    case cudaDevAttrL2CacheSize:
      return kL2Bytes;
    case cudaDevAttrCooperativeLaunch:
    case cudaDevAttrUnifiedAddressing:
    case cudaDevAttrMemoryPoolsSupported:
    case cudaDevAttrConcurrentKernels:
    case cudaDevAttrHostRegisterSupported:
    case cudaDevAttrCanMapHostMemory:
      return 1;
    case cudaDevAttrAsyncEngineCount:
      return 2;
    default:
      return 0;
  }
}

/// The driver's call that tells whether a device has a context.
CUresult primary_context_state(CUdevice device, unsigned* flags, int* active) {
  if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
  if (flags != nullptr) *flags = 0;
  *active = (devices_with_context & bit(device)) != 0 ? 1 : 0;
  return CUDA_SUCCESS;
}

}  // namespace

int current_device() { return device_of_thread; }
cudaError_t enter_device() { return has_device() ? enter(device_of_thread) : cudaErrorNoDevice; }
bool device_has_code() {
  return settings().conditions[static_cast<std::size_t>(device_of_thread)] !=
         DeviceCondition::NoCode;
}
std::uint32_t contexts() { return devices_with_context; }
void forget_contexts() {
  devices_with_context = 0;
  device_of_thread = 0;
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaGetDeviceCount(int* count) {
  const ApiCall call("cudaGetDeviceCount");
  if (const auto e = call.admit_failable(cudaErrorInitializationError)) return e;
  *count = settings().device_count;
  if (has_device() && settings().driver_version / 1000 < kVersion / 1000)
    return finish(cudaErrorInsufficientDriver);
  return has_device() ? cudaSuccess : finish(cudaErrorNoDevice);
}

NONNEG_EMU_EXPORT cudaError_t cudaGetDevice(int* device) {
  const ApiCall call("cudaGetDevice");
  if (!has_device()) return finish(cudaErrorNoDevice);
  *device = current_device();
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaSetDevice(int device) {
  const ApiCall call("cudaSetDevice");
  if (const auto e = call.admit_failable(cudaErrorInitializationError)) return e;
  if (!has_device()) return finish(cudaErrorNoDevice);
  if (!is_device(device)) return finish(cudaErrorInvalidDevice);
  if (const auto e = enter(device)) return finish(e);
  device_of_thread = device;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaInitDevice(int device, unsigned, unsigned) {
  return cudaSetDevice(device);
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceReset() {
  const ApiCall call("cudaDeviceReset");
  force_all();
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute,
                                                     int device) {
  const ApiCall call("cudaDeviceGetAttribute");
  if (const auto e = call.admit_failable(cudaErrorInvalidValue)) return e;
  if (!is_device(device)) return finish(cudaErrorInvalidDevice);
  *value = attribute_value(attribute);
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
  const ApiCall call("cudaGetDeviceProperties");
  if (const auto e = call.admit_failable(cudaErrorInvalidDevice)) return e;
  if (!is_device(device)) return finish(cudaErrorInvalidDevice);
  std::memset(p, 0, sizeof *p);
  std::strcpy(p->name, "nonneg emulated device");
  p->totalGlobalMem = settings().total_memory;
  p->sharedMemPerBlock = kSharedPerBlock;
  p->sharedMemPerBlockOptin = p->sharedMemPerMultiprocessor = kSharedPerBlockOptIn;
  p->regsPerBlock = p->regsPerMultiprocessor = kRegistersPerBlock;
  p->warpSize = 32;
  p->maxThreadsPerBlock = p->maxThreadsPerMultiProcessor = 1024;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
  p->maxThreadsDim[2] = 64;
  p->maxGridSize[0] = kMaxGridX;
  p->maxGridSize[1] = p->maxGridSize[2] = kMaxGridYZ;
  p->major = compute_capability() / 10;
  p->minor = compute_capability() % 10;
  p->multiProcessorCount = settings().multiprocessors;
  p->maxBlocksPerMultiProcessor = 16;
  p->unifiedAddressing = p->cooperativeLaunch = p->concurrentKernels = 1;
  p->canMapHostMemory = p->memoryPoolsSupported = p->hostRegisterSupported = 1;
  p->asyncEngineCount = 2;
  p->l2CacheSize = kL2Bytes;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaSetDeviceFlags(unsigned) { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaGetDeviceFlags(unsigned* flags) {
  *flags = 0;
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaDeviceSetLimit(cudaLimit, std::size_t) { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetLimit(std::size_t* value, cudaLimit) {
  *value = 1 << 20;
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaDeviceCanAccessPeer(int* possible, int, int) {
  *possible = 0;
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaDriverGetVersion(int* version) {
  *version = has_device() ? settings().driver_version : 0;
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = kVersion;
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaProfilerStart() { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaProfilerStop() { return cudaSuccess; }

// Of the driver's own calls there is the one that nonneg asks for.
NONNEG_EMU_EXPORT cudaError_t
cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned, unsigned long long,
                                 cudaDriverEntryPointQueryResult* result) {
  const ApiCall call("cudaGetDriverEntryPointByVersion");
  const bool known = std::strcmp(symbol, "cuDevicePrimaryCtxGetState") == 0;
  *function = known ? reinterpret_cast<void*>(&primary_context_state) : nullptr;
  if (result != nullptr)
    *result = known ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
  return known ? cudaSuccess : finish(cudaErrorInvalidValue);
}
