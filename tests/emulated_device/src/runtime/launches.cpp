// SPDX-License-Identifier: Apache-2.0
// Kernel launches, kernel attributes and occupancy. Arguments are copied at the call; the kernel
// runs when its stream gets to it.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "../exec/thread_block.hpp"
#include "../findings.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "cost_model.hpp"
#include "device.hpp"
#include "ledger.hpp"
#include "modules.hpp"
#include "streams.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::size_t kSharedPerMultiprocessor = 64 * 1024;
constexpr std::size_t kDefaultSharedPerBlock = 48 * 1024;
constexpr unsigned kThreadsPerMultiprocessor = 1024;
constexpr int kBlocksPerMultiprocessor = 16;

struct CallConfiguration {
  dim3 grid, block;
  std::size_t shared = 0;
  cudaStream_t stream = nullptr;
};
thread_local std::vector<CallConfiguration> call_configurations;

struct KernelCall {
  const ptx::Module* program = nullptr;
  const ptx::Function* function = nullptr;
  Extent grid, block;
  std::size_t dynamic_shared = 0;
  bool cooperative = false;
  std::vector<std::vector<char>> arguments;
};

Extent extent(const dim3& d) { return {d.x, d.y, d.z}; }

double run_call(const KernelCall& k) {
  std::vector<void*> pointers;
  for (const auto& argument : k.arguments) pointers.push_back(const_cast<char*>(argument.data()));
  const ExecutionCounters before = execution_counters();
  const int error = run_kernel(*k.program, *k.function, k.grid, k.block, k.dynamic_shared,
                               pointers.data(), k.cooperative);
  const ExecutionCounters& after = execution_counters();
  KernelCounts counts;
  counts.launches = 1;
  counts.loaded = after.bytes_loaded - before.bytes_loaded;
  counts.stored = after.bytes_stored - before.bytes_stored;
  counts.instructions = after.instructions - before.instructions;
  record_kernel(k.function->name, counts);
  if (error != 0) set_sticky_error(static_cast<cudaError_t>(error));
  return device_seconds(static_cast<double>(counts.loaded + counts.stored),
                        static_cast<double>(counts.instructions));
}

bool fits_cooperatively(const KernelCall& k) {
  const auto threads = static_cast<unsigned>(k.block.count());
  const std::uint64_t resident = std::max(1u, kThreadsPerMultiprocessor / threads) *
                                 static_cast<std::uint64_t>(settings().multiprocessors);
  return k.grid.count() <= resident;
}

cudaError_t launch(const RegisteredKernel* kernel, const dim3& grid, const dim3& block,
                   void** arguments, std::size_t dynamic_shared, cudaStream_t stream,
                   bool cooperative = false) {
  if (kernel == nullptr) return finish(cudaErrorInvalidDeviceFunction);
  const ApiCall call("kernel launch");
  if (const auto e = call.admit_on_device(cudaErrorLaunchOutOfResources)) {
    if (settings().fail_sticky && e == cudaErrorLaunchOutOfResources) {
      set_sticky_error(cudaErrorLaunchFailure);
      return finish(cudaErrorLaunchFailure);
    }
    return e;
  }
  if (!device_has_code()) return finish(cudaErrorNoKernelImageForDevice);
  Stream* s = find_stream(stream, "kernel launch");
  if (s == nullptr || !on_current_device(*s)) return finish(cudaErrorInvalidResourceHandle);
  KernelCall k;
  k.program = &program_of(*kernel->module);
  k.function = k.program->kernel(kernel->name);
  if (k.function == nullptr) return finish(cudaErrorInvalidDeviceFunction);
  const std::size_t static_shared = k.function->shared_size;
  if (dynamic_shared > kernel->dynamic_shared_limit ||
      (dynamic_shared <= kDefaultSharedPerBlock &&
       kernel->dynamic_shared_limit <= kDefaultSharedPerBlock &&
       static_shared + dynamic_shared > kDefaultSharedPerBlock)) {
    report("dynamic shared memory above the limit",
           format("%s: %zu dynamic and %zu static, limit %zu", kernel->name.c_str(), dynamic_shared,
                  static_shared, kernel->dynamic_shared_limit));
    return finish(cudaErrorInvalidValue);
  }
  k.grid = extent(grid);
  k.block = extent(block);
  k.dynamic_shared = dynamic_shared;
  k.cooperative = cooperative;
  if (const int error = check_launch(*k.function, k.grid, k.block))
    return finish(static_cast<cudaError_t>(error));
  if (cooperative && !fits_cooperatively(k)) {
    report("cooperative launch larger than the device", kernel->name);
    return finish(cudaErrorCooperativeLaunchTooLarge);
  }
  for (std::size_t i = 0; i < k.function->parameters.size(); ++i) {
    const auto* bytes = static_cast<const char*>(arguments[i]);
    k.arguments.emplace_back(bytes, bytes + k.function->parameters[i].size);
  }
  if (settings().log_level > 1)
    std::fprintf(stderr,
                 "NONNEG_EMU launch %s grid(%u,%u,%u) block(%u,%u,%u) shared %zu stream %u\n",
                 kernel->name.c_str(), grid.x, grid.y, grid.z, block.x, block.y, block.z,
                 dynamic_shared, s->line);
  Work work;
  work.kind = WorkKind::Kernel;
  work.name = format("kernel %s in stream %u", kernel->name.c_str(), s->line);
  work.run = [k = std::move(k)] { return run_call(k); };
  return submit(*s, std::move(work));
}

const ptx::Function* function_of(const void* stub, RegisteredKernel*& kernel) {
  kernel = find_kernel(stub);
  return kernel == nullptr ? nullptr : program_of(*kernel->module).kernel(kernel->name);
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared,
                                                       CUstream_st* stream) {
  call_configurations.push_back({grid, block, shared, stream});
  return 0;
}

NONNEG_EMU_EXPORT cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block,
                                                         std::size_t* shared, void* stream) {
  const CallConfiguration c = call_configurations.back();
  call_configurations.pop_back();
  *grid = c.grid;
  *block = c.block;
  *shared = c.shared;
  *static_cast<cudaStream_t*>(stream) = c.stream;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* stub) {
  RegisteredKernel* found = find_kernel(stub);
  *kernel = reinterpret_cast<cudaKernel_t>(found);
  return found != nullptr ? cudaSuccess : cudaErrorInvalidDeviceFunction;
}

NONNEG_EMU_EXPORT cudaError_t cudaGetKernel(cudaKernel_t* kernel, const void* stub) {
  return __cudaGetKernel(kernel, stub);
}

NONNEG_EMU_EXPORT cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block,
                                                 void** arguments, std::size_t shared,
                                                 cudaStream_t stream) {
  return launch(reinterpret_cast<const RegisteredKernel*>(kernel), grid, block, arguments, shared,
                stream);
}

NONNEG_EMU_EXPORT cudaError_t __cudaLaunchKernel_ptsz(cudaKernel_t kernel, dim3 grid, dim3 block,
                                                      void** arguments, std::size_t shared,
                                                      cudaStream_t stream) {
  return __cudaLaunchKernel(kernel, grid, block, arguments, shared,
                            stream != nullptr ? stream : cudaStreamPerThread);
}

NONNEG_EMU_EXPORT cudaError_t cudaLaunchKernel(const void* stub, dim3 grid, dim3 block,
                                               void** arguments, std::size_t shared,
                                               cudaStream_t stream) {
  return launch(find_kernel(stub), grid, block, arguments, shared, stream);
}

NONNEG_EMU_EXPORT cudaError_t cudaLaunchCooperativeKernel(const void* stub, dim3 grid, dim3 block,
                                                          void** arguments, std::size_t shared,
                                                          cudaStream_t stream) {
  return launch(find_kernel(stub), grid, block, arguments, shared, stream, true);
}

NONNEG_EMU_EXPORT cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* config,
                                                  const void* stub, void** arguments) {
  bool cooperative = false;
  for (unsigned i = 0; i < config->numAttrs; ++i)
    if (config->attrs[i].id == cudaLaunchAttributeCooperative &&
        config->attrs[i].val.cooperative != 0)
      cooperative = true;
  return launch(find_kernel(stub), config->gridDim, config->blockDim, arguments,
                config->dynamicSmemBytes, config->stream, cooperative);
}

NONNEG_EMU_EXPORT cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes,
                                                    const void* stub) {
  const ApiCall call("cudaFuncGetAttributes");
  if (const auto e = call.admit_on_device(cudaErrorInvalidDeviceFunction)) return e;
  if (!device_has_code()) return finish(cudaErrorNoKernelImageForDevice);
  RegisteredKernel* kernel = nullptr;
  const ptx::Function* function = function_of(stub, kernel);
  if (function == nullptr) return finish(cudaErrorInvalidDeviceFunction);
  std::memset(attributes, 0, sizeof *attributes);
  attributes->maxThreadsPerBlock = function->max_threads > 0 ? function->max_threads : 1024;
  attributes->numRegs = 32;
  attributes->ptxVersion = attributes->binaryVersion = kernel->module->architecture;
  attributes->sharedSizeBytes = function->shared_size;
  attributes->localSizeBytes = function->local_size;
  attributes->maxDynamicSharedSizeBytes = static_cast<int>(kernel->dynamic_shared_limit);
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaFuncSetAttribute(const void* stub, cudaFuncAttribute attribute,
                                                   int value) {
  const ApiCall call("cudaFuncSetAttribute");
  if (const auto e = call.admit_on_device(cudaErrorInvalidValue)) return e;
  RegisteredKernel* kernel = find_kernel(stub);
  if (kernel == nullptr) return finish(cudaErrorInvalidDeviceFunction);
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  if (value < 0 || static_cast<std::size_t>(value) > kSharedPerMultiprocessor)
    return finish(cudaErrorInvalidValue);
  kernel->dynamic_shared_limit = static_cast<std::size_t>(value);
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaFuncSetCacheConfig(const void*, cudaFuncCache) {
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaFuncGetName(const char** name, const void* stub) {
  const RegisteredKernel* kernel = find_kernel(stub);
  if (kernel == nullptr) return cudaErrorInvalidDeviceFunction;
  *name = kernel->name.c_str();
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int* blocks, const void* stub, int block_size, std::size_t dynamic_shared, unsigned) {
  const ApiCall call("cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  if (const auto e = call.admit_failable(cudaErrorUnknown)) return e;
  RegisteredKernel* kernel = nullptr;
  const ptx::Function* function = function_of(stub, kernel);
  if (function == nullptr) return finish(cudaErrorInvalidDeviceFunction);
  *blocks = 0;
  if (block_size <= 0 || block_size > 1024 || dynamic_shared > kernel->dynamic_shared_limit)
    return cudaSuccess;
  if (function->max_threads > 0 && block_size > function->max_threads) return cudaSuccess;
  const int warps = (block_size + 31) / 32;
  *blocks =
      std::min(kBlocksPerMultiprocessor, static_cast<int>(kThreadsPerMultiprocessor / 32) / warps);
  const std::size_t shared = function->shared_size + dynamic_shared;
  if (shared > 0)
    *blocks = std::min<int>(*blocks, static_cast<int>(kSharedPerMultiprocessor / shared));
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(
    int* blocks, const void* stub, int block_size, std::size_t dynamic_shared) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, stub, block_size,
                                                                dynamic_shared, 0);
}

NONNEG_EMU_EXPORT cudaError_t cudaOccupancyAvailableDynamicSMemPerBlock(std::size_t* bytes,
                                                                        const void*, int, int) {
  *bytes = kDefaultSharedPerBlock;
  return cudaSuccess;
}
