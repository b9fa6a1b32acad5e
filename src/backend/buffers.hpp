// SPDX-License-Identifier: Apache-2.0
/// The memory of an owner (a rule, an extrapolation, the sums of a run), stated once: the owner
/// allocates from its list, and plans add up the same list before anything is there.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"

namespace nonneg {

/// A matrix that an owner holds in a backend's memory.
struct Buffer {
  /// What its entries are.
  enum class Entries { compute_type, doubles, bytes };

  std::string_view name;
  Index rows = 0;
  Index cols = 0;
  Entries entries = Entries::compute_type;
  /// Each of a sweep's workers has one.
  bool per_worker = false;
};

class Buffers {
 public:
  Buffers() = default;
  Buffers(std::initializer_list<Buffer> list) : list_(list) {}

  const std::vector<Buffer>& list() const noexcept { return list_; }

  void add(const Buffer& buffer) { list_.push_back(buffer); }
  void add(const Buffers& others) {
    list_.insert(list_.end(), others.list_.begin(), others.list_.end());
  }
  /// The same buffers, of which each worker has its own.
  Buffers for_each_worker() const {
    Buffers own = *this;
    for (Buffer& buffer : own.list_) buffer.per_worker = true;
    return own;
  }

  /// The buffer of this name, which must be there.
  const Buffer& at(std::string_view name) const {
    for (const Buffer& buffer : list_) {
      if (buffer.name == name) return buffer;
    }
    throw Error("no buffer has the name " + std::string(name));
  }

  /// Bytes of the buffer of this name, where its entries are not of the compute type.
  std::uint64_t bytes_of(std::string_view name) const { return Buffers{at(name)}.bytes(0); }

  /// Bytes of all, for so many workers and entries of the compute type of `entry_bytes`; at most
  /// kMaxBytes.
  std::uint64_t bytes(std::uint64_t entry_bytes, int workers = 1) const noexcept {
    double sum = 0;
    std::uint64_t exact = 0;
    for (const Buffer& buffer : list_) {
      const std::uint64_t each = buffer.entries == Buffer::Entries::compute_type ? entry_bytes
                                 : buffer.entries == Buffer::Entries::doubles    ? sizeof(double)
                                                                                 : 1;
      const auto count = static_cast<std::uint64_t>(buffer.per_worker ? workers : 1);
      sum += static_cast<double>(buffer.rows) * static_cast<double>(buffer.cols) *
             static_cast<double>(each * count);
      // Wraps around only where the sum is beyond the bound.
      exact += static_cast<std::uint64_t>(buffer.rows) * static_cast<std::uint64_t>(buffer.cols) *
               each * count;
    }
    return sum < static_cast<double>(kMaxBytes) ? exact : kMaxBytes;
  }

  /// What no machine has, and a few of which do not wrap around when they are added up.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 58U;

 private:
  std::vector<Buffer> list_;
};

/// The buffer of this name, uninitialised. Throws OutOfMemory.
template <class T>
Matrix<T> allocate(Backend<T>& backend, const Buffers& list, std::string_view name) {
  const Buffer& buffer = list.at(name);
  return backend.allocate(buffer.rows, buffer.cols);
}

}  // namespace nonneg
