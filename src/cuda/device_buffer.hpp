// SPDX-License-Identifier: Apache-2.0
/// Memory on a device.
#pragma once

#include <cstdint>

namespace nonneg::cuda {

/// Owns bytes of the current device, aligned to 256, uninitialised. Work that uses them must have
/// ended before they are freed: an owner drains its streams first.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  /// Throws OutOfMemory, naming what the bytes are `for_what`.
  DeviceBuffer(std::uint64_t bytes, const char* for_what);
  ~DeviceBuffer();
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept;
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  void* data() const noexcept { return data_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  template <class T>
  T* as() const noexcept {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

}  // namespace nonneg::cuda
