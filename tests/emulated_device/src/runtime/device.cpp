// SPDX-License-Identifier: Apache-2.0
// The device as the program sees it: one, modest, of the compute capability of the program's PTX.
#include <cuda_runtime_api.h>

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

bool has_device() { return settings().device_count > 0; }

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

}  // namespace
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
  *device = 0;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaSetDevice(int device) {
  const ApiCall call("cudaSetDevice");
  if (const auto e = call.admit_failable(cudaErrorInitializationError)) return e;
  if (!has_device()) return finish(cudaErrorNoDevice);
  return device == 0 ? cudaSuccess : finish(cudaErrorInvalidDevice);
}

NONNEG_EMU_EXPORT cudaError_t cudaInitDevice(int device, unsigned, unsigned) {
  return cudaSetDevice(device);
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceReset() {
  const ApiCall call("cudaDeviceReset");
  force_all();
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  const ApiCall call("cudaDeviceGetAttribute");
  if (const auto e = call.admit_failable(cudaErrorInvalidValue)) return e;
  *value = attribute_value(attribute);
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
  const ApiCall call("cudaGetDeviceProperties");
  if (const auto e = call.admit_failable(cudaErrorInvalidDevice)) return e;
  if (!has_device() || device != 0) return finish(cudaErrorInvalidDevice);
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
