// SPDX-License-Identifier: Apache-2.0
#include "io/sparse_missing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

template <class T>
void spread(LoadedMatrix& matrix, const std::string& name) {
  const SparseView& stored = matrix.view.stored();
  const auto* const values = static_cast<const T*>(stored.values());
  if (std::none_of(values, values + stored.entries(), [](T value) { return std::isnan(value); })) {
    return;
  }
  ByteBuffer bytes(name);
  std::uint64_t size = sizeof(T);
  if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(stored.rows()), &size) ||
      __builtin_mul_overflow(size, static_cast<std::uint64_t>(stored.cols()), &size)) {
    size = std::numeric_limits<std::uint64_t>::max();
  }
  if (const std::uint64_t left = available_memory_bytes(); size > left) {
    throw OutOfMemory(
        fmt::format("{}: stores NaN, which marks missing entries, and is made dense for it: cannot "
                    "allocate {}: {} free; leave such entries out, or use missing = zeros "
                    "(--missing zeros) where what is not stored is not observed",
                    name, byte_count(size), byte_count(left)),
        size, left);
  }
  bytes.assign_zeros(size);
  auto* const entries = reinterpret_cast<T*>(bytes.data());
  for (Index i = 0; i < stored.rows(); ++i) {
    for (Index e = stored.row_offsets()[i]; e < stored.row_offsets()[i + 1]; ++e) {
      entries[i * stored.cols() + stored.columns()[e]] = values[e];
    }
  }
  matrix.view = DataView(entries, stored.type(), stored.rows(), stored.cols(), stored.cols(), 1);
  matrix.storage = std::move(bytes);
  matrix.sparse = SparseMatrix();
}

}  // namespace

void spread_missing(LoadedMatrix& matrix, const std::string& name) {
  if (!matrix.view.sparse()) return;
  matrix.view.type() == ElementType::float32 ? spread<float>(matrix, name)
                                             : spread<double>(matrix, name);
}

}  // namespace nonneg::io
