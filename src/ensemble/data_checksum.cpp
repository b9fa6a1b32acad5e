// SPDX-License-Identifier: Apache-2.0
#include "ensemble/data_checksum.hpp"

#include <atomic>
#include <cstring>

#include "base/parallel.hpp"
#include "data/element_types.hpp"

namespace nonneg::ensemble {

namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

/// The finalizer of SplitMix64 (Steele, Lea & Flood 2014): each bit of the result depends on each
/// of the argument's.
constexpr std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  return bits ^ (bits >> 31U);
}

/// An entry's share: the sum of all does not depend on their order.
template <class E>
std::uint64_t share_of(std::uint64_t row_key, Index column, E entry) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &entry, sizeof(E));
  return mixed(bits ^ (row_key + static_cast<std::uint64_t>(column) * kGolden));
}

template <class E>
std::uint64_t sum_of_row(const DataView& A, Index row) {
  const std::uint64_t row_key = mixed(static_cast<std::uint64_t>(row) + kGolden);
  std::uint64_t sum = 0;
  if (A.sparse()) {
    const SparseView& stored = A.stored();
    const auto* values = static_cast<const E*>(stored.values());
    for (Index e = stored.row_offsets()[row]; e < stored.row_offsets()[row + 1]; ++e) {
      sum += share_of(row_key, stored.columns()[e], values[e]);
    }
    return sum;
  }
  const E* entry = static_cast<const E*>(A.data()) + row * A.row_stride();
  for (Index column = 0; column < A.cols(); ++column, entry += A.col_stride()) {
    sum += share_of(row_key, column, *entry);
  }
  return sum;
}

}  // namespace

std::uint64_t data_checksum(const DataView& A) {
  std::atomic<std::uint64_t> total{0};
  parallel_ranges(usable_threads(), A.rows(), 64, [&](Index first, Index count) {
    std::uint64_t sum = 0;
    with_element_type(A.type(), [&]<class E>(const E* /*type*/) {
      for (Index row = first; row < first + count; ++row) sum += sum_of_row<E>(A, row);
    });
    total += sum;
  });
  return total;
}

}  // namespace nonneg::ensemble
