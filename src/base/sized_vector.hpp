// SPDX-License-Identifier: Apache-2.0
/// Memory that grows with a matrix: had whole, or refused by its bytes.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Makes `array` one of `size` default values. Throws OutOfMemory, naming the bytes and `what` they
/// are for ("5 sums over A"), where they cannot be had; memory of more than 64 MiB is asked for
/// only where so much is left.
template <class E>
void assign_sized(std::vector<E>& array, Index size, std::string_view what) {
  constexpr std::uint64_t kLarge = std::uint64_t{64} << 20;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const auto count = static_cast<std::uint64_t>(size);
  const std::uint64_t bytes = count > kMost / sizeof(E) ? kMost : count * sizeof(E);
  try {
    if (bytes >= kLarge && bytes > available_memory_bytes()) throw std::bad_alloc();
    array.assign(static_cast<std::size_t>(count), E{});
  } catch (const std::exception&) {
    const std::uint64_t left = available_memory_bytes();
    throw OutOfMemory(fmt::format("cannot allocate {} for {} {}: {} free", byte_count(bytes), size,
                                  what, byte_count(left)),
                      bytes, left);
  }
}

/// A vector made so.
template <class E>
std::vector<E> sized_vector(Index size, std::string_view what) {
  std::vector<E> array;
  assign_sized(array, size, what);
  return array;
}

}  // namespace nonneg
