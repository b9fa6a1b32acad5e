// SPDX-License-Identifier: Apache-2.0
/// Bytes in memory that grow as they arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace nonneg::io {

/// A growing array of bytes, aligned for every ElementType, not initialised. It grows through
/// realloc, which moves large arrays by remapping their pages, so that there is no second copy.
/// Where it grows large it asks how much memory is left first, so that a file of more than memory
/// ends in OutOfMemory and not in the kernel's killing. `name` heads the message.
class ByteBuffer {
 public:
  explicit ByteBuffer(std::string name) : name_(std::move(name)) {}
  ByteBuffer(ByteBuffer&& other) noexcept
      : name_(std::move(other.name_)),
        bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    name_ = std::move(other.name_);
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ~ByteBuffer() = default;

  std::byte* data() const noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }

  /// Makes room for `bytes` in all, filled or not. Throws OutOfMemory.
  void reserve(std::uint64_t bytes);
  /// Appends `bytes` uninitialised ones and returns where they start. Throws OutOfMemory.
  std::byte* grow(std::size_t bytes) {
    if (bytes > capacity_ - size_) {
      make_room(bytes);
    }
    std::byte* const start = bytes_.get() + size_;
    size_ += bytes;
    return start;
  }
  /// Appends one value.
  template <class T>
  void append(const T& value) {
    __builtin_memcpy(grow(sizeof(T)), &value, sizeof(T));
  }
  /// Forgets the bytes from `size` on.
  void truncate(std::size_t size) noexcept { size_ = size < size_ ? size : size_; }
  /// Replaces what was there by `bytes` bytes of zero. Throws OutOfMemory.
  void assign_zeros(std::uint64_t bytes);

 private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
  };

  void make_room(std::size_t bytes);
  [[noreturn]] void throw_out_of_memory(std::uint64_t bytes, std::uint64_t bytes_free) const;

  std::string name_;
  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace nonneg::io
