// SPDX-License-Identifier: Apache-2.0
#include "cuda/pack_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/parallel.hpp"

namespace nonneg::cuda {

namespace {

/// Fewer bytes than this are copied sooner than a thread is woken.
constexpr std::size_t kBytesPerThread = 1U << 20;

/// Entries as what has their size: nothing is computed with them.
template <class Word>
void gather(const DataView& rows, std::byte* to) {
  const auto* from = static_cast<const Word*>(rows.data());
  auto* packed = reinterpret_cast<Word*>(to);
  // By tiles of columns, so that both sides stay in cache.
  constexpr Index kTile = 32;
  for (Index first = 0; first < rows.cols(); first += kTile) {
    const Index last = std::min(rows.cols(), first + kTile);
    for (Index i = 0; i < rows.rows(); ++i) {
      for (Index j = first; j < last; ++j) {
        packed[i * rows.cols() + j] = from[i * rows.row_stride() + j * rows.col_stride()];
      }
    }
  }
}

void pack(const DataView& rows, std::byte* to) {
  const std::size_t entry = element_size(rows.type());
  const auto* from = static_cast<const std::byte*>(rows.data());
  if (rows.row_major()) {
    const std::size_t width = static_cast<std::size_t>(rows.cols()) * entry;
    const std::size_t stride = static_cast<std::size_t>(rows.row_stride()) * entry;
    if (width == stride) {
      std::memcpy(to, from, static_cast<std::size_t>(rows.rows()) * width);
      return;
    }
    for (Index i = 0; i < rows.rows(); ++i) {
      std::memcpy(to + static_cast<std::size_t>(i) * width,
                  from + static_cast<std::size_t>(i) * stride, width);
    }
    return;
  }
  switch (entry) {
    case 1:
      return gather<std::uint8_t>(rows, to);
    case 2:
      return gather<std::uint16_t>(rows, to);
    case 4:
      return gather<std::uint32_t>(rows, to);
    default:
      return gather<std::uint64_t>(rows, to);
  }
}

}  // namespace

void pack_bytes(const void* from, std::uint64_t bytes, std::byte* to, int threads) {
  parallel_ranges(threads, static_cast<Index>(bytes), Index{kBytesPerThread},
                  [&](Index first, Index count) {
                    std::memcpy(to + first, static_cast<const std::byte*>(from) + first,
                                static_cast<std::size_t>(count));
                  });
}

void pack_rows(const DataView& rows, std::byte* to, int threads) {
  if (rows.empty()) return;
  const std::size_t row_bytes = static_cast<std::size_t>(rows.cols()) * element_size(rows.type());
  const auto grain = static_cast<Index>(std::max<std::size_t>(1, kBytesPerThread / row_bytes));
  parallel_ranges(threads, rows.rows(), grain, [&](Index first, Index count) {
    pack(rows.row_block(first, count), to + static_cast<std::size_t>(first) * row_bytes);
  });
}

}  // namespace nonneg::cuda
