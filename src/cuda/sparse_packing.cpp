// SPDX-License-Identifier: Apache-2.0
#include "cuda/sparse_packing.hpp"

#include <algorithm>

#include "base/parallel.hpp"
#include "cuda/pack_rows.hpp"
#include "data/sparse_weights.hpp"

namespace nonneg::cuda {

namespace {

std::uint64_t as_bytes(Index count, std::uint64_t size) {
  return static_cast<std::uint64_t>(count) * size;
}

/// The weights of the stored entries, at `to`, in the compute type.
template <class T>
void pack_weights(const SparseView& stored, const SparseView& weights, double scale, std::byte* to,
                  int threads) {
  constexpr Index kMinRows = 64;
  parallel_ranges(threads, stored.rows(), kMinRows, [&](Index first, Index count) {
    const Index before = stored.row_offsets()[first] - stored.row_offsets()[0];
    copy_weights_of_stored(stored.row_block(first, count), weights.row_block(first, count), scale,
                           reinterpret_cast<T*>(to) + before);
  });
}

}  // namespace

SparsePacking::SparsePacking(const DataView& A, std::uint64_t entry_bytes)
    : stored_(A.stored()),
      value_bytes_(element_size(A.type())),
      weight_scale_(A.weight_scale()),
      weight_bytes_(A.weights() != nullptr ? entry_bytes : 0) {
  if (A.weights() != nullptr) weights_ = A.weights()->stored();
}

SparseLayout SparsePacking::layout(Index first, Index count) const {
  const Index entries = this->entries(first, count);
  const std::uint64_t begin = as_bytes(count + 1, sizeof(Index));
  SparseLayout layout{.values = begin, .weights = begin};
  if (weight_bytes_ > value_bytes_) {
    layout.values += as_bytes(entries, weight_bytes_);
  } else {
    layout.weights += as_bytes(entries, value_bytes_);
  }
  layout.columns = begin + as_bytes(entries, value_bytes_ + weight_bytes_);
  layout.bytes = layout.columns + as_bytes(entries, sizeof(std::int32_t));
  return layout;
}

void SparsePacking::pack(Index first, Index count, std::byte* to, int threads) const {
  const SparseLayout at = layout(first, count);
  const Index begin = stored_.row_offsets()[first];
  const Index entries = this->entries(first, count);
  pack_bytes(stored_.row_offsets() + first, as_bytes(count + 1, sizeof(Index)), to, threads);
  pack_bytes(static_cast<const std::byte*>(stored_.values()) + as_bytes(begin, value_bytes_),
             as_bytes(entries, value_bytes_), to + at.values, threads);
  pack_bytes(stored_.columns() + begin, as_bytes(entries, sizeof(std::int32_t)), to + at.columns,
             threads);
  if (!has_weights()) return;
  const SparseView rows = stored_.row_block(first, count);
  const SparseView weights = weights_.row_block(first, count);
  if (weight_bytes_ == sizeof(float)) {
    pack_weights<float>(rows, weights, weight_scale_, to + at.weights, threads);
  } else {
    pack_weights<double>(rows, weights, weight_scale_, to + at.weights, threads);
  }
}

Index SparsePacking::height(Index first, Index most_rows, std::uint64_t most_bytes) const {
  Index least = 1;
  Index most = std::min(most_rows, stored_.rows() - first);
  if (most_bytes == kAnyBytes || layout(first, most).bytes <= most_bytes) return most;
  while (least < most) {
    const Index middle = least + (most - least + 1) / 2;
    if (layout(first, middle).bytes <= most_bytes) {
      least = middle;
    } else {
      most = middle - 1;
    }
  }
  return least;
}

SparseCut SparsePacking::cut(Index most_rows, std::uint64_t most_bytes) const {
  SparseCut cut;
  for (Index first = 0; first < stored_.rows();) {
    const Index count = height(first, most_rows, most_bytes);
    const std::uint64_t bytes = layout(first, count).bytes;
    first += count;
    ++cut.panels;
    cut.panel_rows = std::max(cut.panel_rows, count);
    cut.panel_bytes = std::max(cut.panel_bytes, bytes);
    cut.bytes += bytes;
  }
  return cut;
}

Index SparsePacking::most_entries(std::uint64_t bytes) const {
  constexpr std::uint64_t kOffsets = 2 * sizeof(Index);
  if (bytes <= kOffsets) return 0;
  const std::uint64_t entry = sizeof(std::int32_t) + value_bytes_ + weight_bytes_;
  return std::min(static_cast<Index>((bytes - kOffsets) / entry), stored_.entries());
}

}  // namespace nonneg::cuda
