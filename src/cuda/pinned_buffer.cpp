// SPDX-License-Identifier: Apache-2.0
#include "cuda/pinned_buffer.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "cuda/check.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

PinnedBuffer::PinnedBuffer(std::uint64_t bytes, const char* for_what) {
  if (bytes == 0) return;
  const cudaError_t status = cudaHostAlloc(&data_, bytes, cudaHostAllocDefault);
  if (status == cudaErrorMemoryAllocation) {
    take_back(status);
    const std::uint64_t free = available_memory_bytes();
    throw OutOfMemory(fmt::format("cannot allocate {} of page-locked host memory for {}: {} free; "
                                  "fewer panel rows take less",
                                  byte_count(bytes), for_what, byte_count(free)),
                      bytes, free);
  }
  check(status, "cudaHostAlloc", for_what, bytes);
}

PinnedBuffer::~PinnedBuffer() {
  if (data_ != nullptr) take_back(cudaFreeHost(data_));
}

}  // namespace nonneg::cuda
