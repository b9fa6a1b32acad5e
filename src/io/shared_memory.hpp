// SPDX-License-Identifier: Apache-2.0
/// Memory that two processes share: a file without a name (memfd_create), by its descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/file_descriptor.hpp"

namespace nonneg::io {

/// A mapping of a descriptor's bytes, ended with this object.
class MemoryMapping {
 public:
  MemoryMapping() = default;
  /// Maps `bytes` from `offset` on, a multiple of the page size; nothing where that cannot be done.
  MemoryMapping(int descriptor, std::uint64_t offset, std::uint64_t bytes, bool writable) noexcept;
  MemoryMapping(MemoryMapping&& other) noexcept;
  MemoryMapping& operator=(MemoryMapping&& other) noexcept;
  MemoryMapping(const MemoryMapping&) = delete;
  MemoryMapping& operator=(const MemoryMapping&) = delete;
  ~MemoryMapping();

  explicit operator bool() const noexcept { return data_ != nullptr; }
  std::byte* data() const noexcept { return data_; }
  std::uint64_t size() const noexcept { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::uint64_t size_ = 0;
};

/// Returns a new descriptor of shared memory without a byte in it, beyond the standard streams'
/// numbers and closed in programs that this one starts. Throws NotAvailable where the system has
/// none, with `name` at the head.
FileDescriptor make_shared_memory(const std::string& name);

}  // namespace nonneg::io
