// SPDX-License-Identifier: Apache-2.0
#include "io/shared_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "base/error_words.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {

MemoryMapping::MemoryMapping(int descriptor, std::uint64_t offset, std::uint64_t bytes,
                             bool writable) noexcept {
  void* const mapped = ::mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                              MAP_SHARED, descriptor, static_cast<off_t>(offset));
  if (mapped == MAP_FAILED) return;
  data_ = static_cast<std::byte*>(mapped);
  size_ = bytes;
}

MemoryMapping::MemoryMapping(MemoryMapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MemoryMapping& MemoryMapping::operator=(MemoryMapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MemoryMapping::~MemoryMapping() {
  if (data_ != nullptr) (void)::munmap(data_, size_);
}

FileDescriptor make_shared_memory(const std::string& name) {
  // The lowest number that a program which is started is not given otherwise.
  constexpr int kFirst = 10;
  const FileDescriptor made(::memfd_create("nonneg", MFD_CLOEXEC));
  FileDescriptor moved(made ? ::fcntl(made.get(), F_DUPFD_CLOEXEC, kFirst) : -1);
  if (!moved) {
    throw NotAvailable(
        fmt::format("{}: cannot make shared memory to read it: {}", name, error_words(errno)));
  }
  return moved;
}

}  // namespace nonneg::io
