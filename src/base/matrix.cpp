// SPDX-License-Identifier: Apache-2.0
#include "nonneg/matrix.hpp"

#include <fmt/format.h>

#include <limits>
#include <new>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"

namespace nonneg {

namespace {

constexpr std::align_val_t kAlignment{64};

template <class T>
T* allocate_host(Index rows, Index cols) {
  if (rows < 0 || cols < 0) {
    throw InvalidArgument(fmt::format("matrix of {} x {}: sizes must be >= 0", rows, cols));
  }
  constexpr Index kMaxEntries = std::numeric_limits<Index>::max() / Index{sizeof(T)};
  const bool overflows = cols > 0 && rows > kMaxEntries / cols;
  const auto bytes = overflows ? std::numeric_limits<std::uint64_t>::max()
                               : static_cast<std::uint64_t>(rows * cols) * sizeof(T);
  if (!overflows) {
    if (void* data = ::operator new(bytes, kAlignment, std::nothrow)) return static_cast<T*>(data);
  }
  const std::uint64_t free = available_memory_bytes();
  throw OutOfMemory(fmt::format("cannot allocate {} for a matrix of {} x {}: {} free",
                                byte_count(bytes), rows, cols, byte_count(free)),
                    bytes, free);
}

}  // namespace

template <class T>
Matrix<T>::Matrix(Index rows, Index cols)
    : Matrix(allocate_host<T>(rows, cols), rows, cols, MemorySpace::host,
             [](T* data) { ::operator delete(data, kAlignment); }) {}

template class Matrix<float>;
template class Matrix<double>;

}  // namespace nonneg
