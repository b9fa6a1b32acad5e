// SPDX-License-Identifier: Apache-2.0
/// A matrix that somebody else owns: a pointer, a shape and a leading dimension.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "nonneg/error.hpp"

namespace nonneg {

/// Rows, columns, counts of entries: 64-bit throughout, on every backend.
using Index = std::int64_t;

/// Which memory entries lie in: the host's, or a CUDA device's.
enum class MemorySpace { host, device };

/// A row-major view: entry (i, j) is data[i * ld + j]. T may be const. The view does not own its
/// entries, and which memory they lie in is for `space` to say.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;

  /// Throws InvalidArgument when a size is negative or ld < cols.
  MatrixView(T* data, Index rows, Index cols, Index ld, MemorySpace space = MemorySpace::host)
      : data_(data), rows_(rows), cols_(cols), ld_(ld), space_(space) {
    if (rows < 0 || cols < 0 || ld < cols) {
      throw InvalidArgument("matrix view of " + std::to_string(rows) + " x " +
                            std::to_string(cols) + " with ld " + std::to_string(ld) +
                            ": sizes must be >= 0 and ld >= columns");
    }
  }

  /// Rows without gaps: ld = cols.
  MatrixView(T* data, Index rows, Index cols) : MatrixView(data, rows, cols, cols) {}

  /// A view of E serves wherever a view of const E does.
  template <class E>
  requires(std::is_const_v<T>&& std::is_same_v<const E, T> && !std::is_const_v<E>)
      // NOLINTNEXTLINE(google-explicit-constructor)
      MatrixView(const MatrixView<E>& view)
      : MatrixView(view.data(), view.rows(), view.cols(), view.ld(), view.space()) {}

  /// The first entry.
  T* data() const noexcept { return data_; }
  /// Its rows.
  Index rows() const noexcept { return rows_; }
  /// Its columns.
  Index cols() const noexcept { return cols_; }
  /// Leading dimension: entries from the start of one row to the start of the next.
  Index ld() const noexcept { return ld_; }
  /// Which memory the entries lie in.
  MemorySpace space() const noexcept { return space_; }
  /// Whether there is no entry.
  bool empty() const noexcept { return rows_ == 0 || cols_ == 0; }
  /// True where the entries are one span without gaps.
  bool contiguous() const noexcept { return ld_ == cols_ || rows_ <= 1; }

  /// Where row i begins.
  T* row(Index i) const noexcept { return data_ + i * ld_; }
  /// Entry (i, j); the memory must be the host's.
  T& operator()(Index i, Index j) const noexcept { return data_[i * ld_ + j]; }

  /// Rows first … first + count - 1. Throws InvalidArgument when they lie outside.
  MatrixView row_block(Index first, Index count) const {
    if (first < 0 || count < 0 || first > rows_ - count) {
      throw InvalidArgument("row block " + std::to_string(first) + " + " + std::to_string(count) +
                            " lies outside a matrix of " + std::to_string(rows_) + " rows");
    }
    return {data_ + first * ld_, count, cols_, ld_, space_};
  }

 private:
  T* data_ = nullptr;
  Index rows_ = 0;
  Index cols_ = 0;
  Index ld_ = 0;
  MemorySpace space_ = MemorySpace::host;
};

}  // namespace nonneg
