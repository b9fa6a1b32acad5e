// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_buffer.hpp"

#include <cuda_runtime_api.h>

#include <utility>

#include "cuda/check.hpp"

namespace nonneg::cuda {

DeviceBuffer::DeviceBuffer(std::uint64_t bytes, const char* for_what) : bytes_(bytes) {
  if (bytes == 0) return;
  check(cudaMalloc(&data_, bytes), "cudaMalloc", for_what, bytes);
}

DeviceBuffer::~DeviceBuffer() {
  if (data_ != nullptr) take_back(cudaFree(data_));
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

DeviceBuffer& DeviceBuffer::operator=(DeviceBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace nonneg::cuda
