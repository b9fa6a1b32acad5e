// SPDX-License-Identifier: Apache-2.0
// Allocation of device and pinned memory.
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <cstring>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "capture.hpp"
#include "device.hpp"
#include "ledger.hpp"
#include "live_objects.hpp"

namespace nonneg::emulated {
namespace {

/// Most bytes that the thread's device gives to allocations in all.
std::uint64_t memory_limit() {
  return settings().free_memory.at(static_cast<std::size_t>(current_device()));
}

std::uint64_t free_bytes() {
  const std::uint64_t limit = memory_limit(), live = live_bytes_of(current_device());
  return live > limit ? 0 : limit - live;
}

void* allocate_counted(std::size_t bytes) {
  if (bytes > free_bytes()) return nullptr;
  void* p = allocate_device(bytes, current_device());
  if (p != nullptr) record_allocation(bytes);
  return p;
}

bool free_counted(void* p) {
  const std::size_t bytes = allocation_size(p);
  if (!is_device_address(p) || !free_device(p)) return false;
  record_free(bytes);
  return true;
}

/// Nothing promises that freeing waits for the work that uses the memory.
void wait_before_free(const char* call) {
  if (!settings().draining_frees) return;
  force_all();
  record_host_wait(call);
}

/// Frees registered host memory, and says so where a copy still uses it; false: it is not
/// registered.
bool free_host(void* pointer, const char* call) {
  if (is_device_address(pointer)) return false;
  const std::size_t bytes = allocation_size(pointer);
  // After a sticky error nothing that is pending runs.
  if (sticky_error() == cudaSuccess && host_copy_pending(pointer, bytes)) {
    report("host memory freed before its copy had run", format("%s: %zu bytes", call, bytes));
    force_all();
  }
  if (!unregister_host(pointer)) return false;
  --live_objects().pinned;
  std::free(pointer);
  return true;
}

constexpr std::size_t kMaxHostAllocation = std::size_t{1} << 40;

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  const ApiCall call("cudaMalloc");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  if (const auto e = refuse_unsafe_in_capture("cudaMalloc")) return finish(e);
  if (bytes == 0) {
    *pointer = nullptr;
    return cudaSuccess;
  }
  void* p = allocate_counted(bytes);
  if (p == nullptr) return finish(cudaErrorMemoryAllocation);
  *pointer = p;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaFree(void* pointer) {
  const ApiCall call("cudaFree");
  if (const auto e = call.admit()) return e;
  if (pointer == nullptr) return finish(cudaSuccess);
  if (const auto e = refuse_unsafe_in_capture("cudaFree")) return finish(e);
  wait_before_free("cudaFree");
  // Where it is no device memory: managed memory.
  if (free_counted(pointer) || free_host(pointer, "cudaFree")) return finish(cudaSuccess);
  report("cudaFree of a pointer that is not a live allocation", format("%p", pointer));
  return finish(cudaErrorInvalidValue);
}

// Stream-ordered: the address is known at once, the memory is valid after the allocation in stream
// order; the free is an operation.
NONNEG_EMU_EXPORT cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes,
                                              cudaStream_t stream) {
  const ApiCall call("cudaMallocAsync");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  Stream* s = find_stream(stream, "cudaMallocAsync");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (bytes == 0) return finish(cudaErrorInvalidValue);
  void* p = allocate_counted(bytes);
  if (p == nullptr && pending_operations() > 0 && bytes <= memory_limit()) {
    force_all();  // frees that wait in streams
    p = allocate_counted(bytes);
  }
  if (p == nullptr) return finish(cudaErrorMemoryAllocation);
  if (s->capture) s->capture->graph->memory->pointers.push_back(p);
  *pointer = p;
  Work work;
  work.kind = WorkKind::Allocation;
  work.name = "cudaMallocAsync";
  work.run = [p, bytes] {
    const DeviceAccess access;
    record_operation_access(p, bytes, true);
    mark_unwritten(p, bytes);
    if (allocation_size(p) > 0) std::memset(p, 0xFF, bytes);
    return 0.0;
  };
  return submit(*s, std::move(work));
}

NONNEG_EMU_EXPORT cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  const ApiCall call("cudaFreeAsync");
  if (const auto e = call.admit()) return e;
  Stream* s = find_stream(stream, "cudaFreeAsync");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (pointer == nullptr) return finish(cudaSuccess);
  const std::size_t bytes = allocation_size(pointer);
  if (!is_device_address(pointer) || bytes == 0) {
    report("cudaFreeAsync of a pointer that is not a live allocation", format("%p", pointer));
    return finish(cudaErrorInvalidValue);
  }
  const bool captured = s->capture != nullptr;  // a graph keeps its memory for the next launch
  Work work;
  work.kind = WorkKind::Free;
  work.name = "cudaFreeAsync";
  work.run = [pointer, bytes, captured] {
    record_operation_access(pointer, bytes, true);
    if (captured)
      mark_unwritten(pointer, bytes);
    else if (!free_counted(pointer))
      report("cudaFreeAsync of memory already freed", format("%p", pointer));
    return 0.0;
  };
  return submit(*s, std::move(work));
}

NONNEG_EMU_EXPORT cudaError_t cudaMallocFromPoolAsync(void** pointer, std::size_t bytes,
                                                      cudaMemPool_t, cudaStream_t stream) {
  return cudaMallocAsync(pointer, bytes, stream);
}

NONNEG_EMU_EXPORT cudaError_t cudaMallocPitch(void** pointer, std::size_t* pitch, std::size_t width,
                                              std::size_t height) {
  *pitch = (width + 511) / 512 * 512;
  return cudaMalloc(pointer, *pitch * height);
}

NONNEG_EMU_EXPORT cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  const ApiCall call("cudaHostAlloc");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  if (const auto e = refuse_unsafe_in_capture("cudaHostAlloc")) return finish(e);
  if (bytes == 0) {
    *pointer = nullptr;
    return finish(cudaSuccess);
  }
  void* p =
      bytes > kMaxHostAllocation ? nullptr : std::aligned_alloc(256, (bytes + 511) / 256 * 256);
  if (p == nullptr) return finish(cudaErrorMemoryAllocation);
  register_host(p, bytes);
  ++live_objects().pinned;
  record_transfer("pinned host allocations", bytes);
  *pointer = p;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  return cudaHostAlloc(pointer, bytes, 0);
}

NONNEG_EMU_EXPORT cudaError_t cudaMallocManaged(void** pointer, std::size_t bytes, unsigned) {
  return cudaHostAlloc(pointer, bytes, 0);
}

NONNEG_EMU_EXPORT cudaError_t cudaFreeHost(void* pointer) {
  const ApiCall call("cudaFreeHost");
  if (const auto e = call.admit()) return e;
  if (pointer == nullptr) return finish(cudaSuccess);
  wait_before_free("cudaFreeHost");
  if (free_host(pointer, "cudaFreeHost")) return finish(cudaSuccess);
  report("cudaFreeHost of a pointer that is not pinned memory", format("%p", pointer));
  return finish(cudaErrorInvalidValue);
}

NONNEG_EMU_EXPORT cudaError_t cudaHostRegister(void* pointer, std::size_t bytes, unsigned) {
  const ApiCall call("cudaHostRegister");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  if (is_accessible(pointer, 1)) return finish(cudaErrorHostMemoryAlreadyRegistered);
  register_host(pointer, bytes);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaHostUnregister(void* pointer) {
  const ApiCall call("cudaHostUnregister");
  if (const auto e = call.admit()) return e;
  force_all();
  if (is_device_address(pointer) || !unregister_host(pointer))
    return finish(cudaErrorHostMemoryNotRegistered);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaHostGetDevicePointer(void** device, void* host, unsigned) {
  *device = host;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const ApiCall call("cudaMemGetInfo");
  if (const auto e = call.admit_on_device(cudaErrorUnknown)) return e;
  *total = settings().total_memory;
  *free = free_bytes();
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes,
                                                       const void* pointer) {
  const ApiCall call("cudaPointerGetAttributes");
  std::memset(attributes, 0, sizeof *attributes);
  auto* p = const_cast<void*>(pointer);
  if (is_device_address(pointer)) {
    attributes->type = cudaMemoryTypeDevice;
    attributes->devicePointer = p;
  } else if (is_accessible(pointer, 1)) {
    attributes->type = cudaMemoryTypeHost;
    attributes->devicePointer = attributes->hostPointer = p;
  } else {
    attributes->type = cudaMemoryTypeUnregistered;
    attributes->hostPointer = p;
  }
  return cudaSuccess;
}

// Pools: handles without effect, all memory comes from the device.

NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  *pool = reinterpret_cast<cudaMemPool_t>(1);
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetMemPool(cudaMemPool_t* pool, int device) {
  return cudaDeviceGetDefaultMemPool(pool, device);
}
NONNEG_EMU_EXPORT cudaError_t cudaDeviceSetMemPool(int, cudaMemPool_t) { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps*) {
  *pool = reinterpret_cast<cudaMemPool_t>(2);
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaMemPoolDestroy(cudaMemPool_t) { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return cudaSuccess; }
NONNEG_EMU_EXPORT cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) {
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  const std::uint64_t zero = 0;
  std::memcpy(value, &zero, sizeof zero);
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaMemPrefetchAsync(const void*, std::size_t, cudaMemLocation,
                                                   unsigned, cudaStream_t) {
  return cudaSuccess;
}
NONNEG_EMU_EXPORT cudaError_t cudaMemAdvise(const void*, std::size_t, cudaMemoryAdvise,
                                            cudaMemLocation) {
  return cudaSuccess;
}
