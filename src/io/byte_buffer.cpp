// SPDX-License-Identifier: Apache-2.0
#include "io/byte_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

// Below this a growth step is taken without asking how much memory is left.
constexpr std::uint64_t kLarge = std::uint64_t{64} << 20;
constexpr std::size_t kFirstCapacity = 4096;

}  // namespace

void ByteBuffer::reserve(std::uint64_t bytes) {
  if (bytes <= capacity_) {
    return;
  }
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    throw_out_of_memory(bytes, available_memory_bytes());
  }
  const auto capacity = static_cast<std::size_t>(bytes);
  void* const moved = std::realloc(bytes_.get(), capacity);
  if (moved == nullptr) {
    throw_out_of_memory(bytes, available_memory_bytes());
  }
  (void)bytes_.release();
  bytes_.reset(static_cast<std::byte*>(moved));
  capacity_ = capacity;
}

void ByteBuffer::make_room(std::size_t bytes) {
  const std::uint64_t needed = std::uint64_t{size_} + bytes;
  std::uint64_t step = std::max<std::uint64_t>({bytes, size_ / 2, kFirstCapacity});
  if (step > kLarge) {
    const std::uint64_t left = available_memory_bytes();
    if (bytes > left) {
      throw_out_of_memory(needed, left);
    }
    step = std::max<std::uint64_t>(bytes, std::min(step, left / 2));
  }
  reserve(size_ + step);
}

void ByteBuffer::assign_zeros(std::uint64_t bytes) {
  bytes_.reset();
  size_ = capacity_ = 0;
  if (bytes == 0) {
    return;
  }
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    throw_out_of_memory(bytes, available_memory_bytes());
  }
  // calloc takes fresh pages, which are zero already, without writing to them.
  bytes_.reset(static_cast<std::byte*>(std::calloc(static_cast<std::size_t>(bytes), 1)));
  if (!bytes_) {
    throw_out_of_memory(bytes, available_memory_bytes());
  }
  size_ = capacity_ = static_cast<std::size_t>(bytes);
}

void ByteBuffer::throw_out_of_memory(std::uint64_t bytes, std::uint64_t bytes_free) const {
  throw OutOfMemory(fmt::format("{}: cannot allocate {} to read it: {} free; convert it to an "
                                "uncompressed .npy file, which is read from disk in place",
                                name_, byte_count(bytes), byte_count(bytes_free)),
                    bytes, bytes_free);
}

}  // namespace nonneg::io
