// SPDX-License-Identifier: Apache-2.0
/// Sparse rows as one stretch of memory, in which they cross the bus to a device at once.
///
///   row offsets (rows + 1, counting from those of A) │ values as stored, weights in the compute
///   type: the wider of the two first │ columns
///
/// So every array begins at a multiple of its entries' size, and there are no gaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "nonneg/data_view.hpp"

namespace nonneg::cuda {

/// Where the arrays of some rows begin, in bytes; the offsets come first.
struct SparseLayout {
  std::uint64_t values = 0;
  std::uint64_t weights = 0;
  std::uint64_t columns = 0;
  /// Of all arrays.
  std::uint64_t bytes = 0;
};

/// What all panels of A come to.
struct SparseCut {
  Index panels = 0;
  /// Rows of the highest.
  Index panel_rows = 0;
  /// Bytes of the largest, packed.
  std::uint64_t panel_bytes = 0;
  /// Bytes of all, packed.
  std::uint64_t bytes = 0;
};

class SparsePacking {
 public:
  static constexpr std::uint64_t kAnyBytes = std::numeric_limits<std::uint64_t>::max();

  /// For sparse A, whose weights, if it has any, take `entry_bytes` each: 4 as float32, 8 as
  /// float64.
  SparsePacking(const DataView& A, std::uint64_t entry_bytes);

  SparseLayout layout(Index first, Index count) const;
  /// Of rows first … first + count - 1, to `to`, on up to `threads` threads. Weights are looked up
  /// for these rows alone.
  void pack(Index first, Index count, std::byte* to, int threads) const;

  /// Rows of a panel that begins at row `first`: as many as take at most `most_bytes`, but at least
  /// 1 and at most `most_rows`.
  Index height(Index first, Index most_rows, std::uint64_t most_bytes) const;
  /// Panels of at most `most_rows` rows and, unless a single row takes more, `most_bytes`. The same
  /// panels come of cutting by its panel_rows and panel_bytes.
  SparseCut cut(Index most_rows, std::uint64_t most_bytes) const;
  /// Bytes of the largest row, packed.
  std::uint64_t largest_row() const { return cut(1, kAnyBytes).panel_bytes; }
  /// As many stored entries as packed rows of `bytes` can have.
  Index most_entries(std::uint64_t bytes) const;

  bool has_weights() const { return weight_bytes_ > 0; }

 private:
  Index entries(Index first, Index count) const {
    return stored_.row_offsets()[first + count] - stored_.row_offsets()[first];
  }

  SparseView stored_;
  SparseView weights_;
  std::uint64_t value_bytes_;
  double weight_scale_;
  /// 0 where every entry counts 1.
  std::uint64_t weight_bytes_;
};

}  // namespace nonneg::cuda
