// SPDX-License-Identifier: Apache-2.0
/// Page-locked memory on the host.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nonneg::cuda {

/// Owns host bytes that a device reads by itself, while the host goes on. Copies that use them must
/// have ended before they are freed.
class PinnedBuffer {
 public:
  /// Throws OutOfMemory, naming what the bytes are `for_what`.
  PinnedBuffer(std::uint64_t bytes, const char* for_what);
  ~PinnedBuffer();
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  std::byte* data() const noexcept { return static_cast<std::byte*>(data_); }

 private:
  void* data_ = nullptr;
};

}  // namespace nonneg::cuda
