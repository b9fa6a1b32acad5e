// SPDX-License-Identifier: Apache-2.0
/// Matrices of which only the stored entries take memory.
#pragma once

#include <cstdint>

#include "nonneg/element_type.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Compressed rows (CSR) in host memory that somebody else owns: row i has the entries
/// row_offsets[i] … row_offsets[i + 1] - 1 of `columns` and `values`, its columns ascending and
/// none twice. An entry that is not stored is 0. SparseMatrix makes one from arrays in any order.
class NONNEG_EXPORT SparseView {
 public:
  SparseView() = default;
  /// `values` are of `type`, float32 or float64. The arrays are taken at their word. Throws
  /// InvalidArgument for another type or a negative size.
  SparseView(const Index* row_offsets, const std::int32_t* columns, const void* values,
             ElementType type, Index rows, Index cols);

  /// Where each row's entries begin: rows + 1 offsets.
  const Index* row_offsets() const noexcept { return row_offsets_; }
  /// The column of each entry.
  const std::int32_t* columns() const noexcept { return columns_; }
  /// The value of each entry, of type().
  const void* values() const noexcept { return values_; }
  /// float32 or float64.
  ElementType type() const noexcept { return type_; }
  /// m.
  Index rows() const noexcept { return rows_; }
  /// n.
  Index cols() const noexcept { return cols_; }
  /// Stored entries.
  Index entries() const noexcept { return rows_ > 0 ? row_offsets_[rows_] - row_offsets_[0] : 0; }
  /// Bytes of the stored entries and offsets.
  std::uint64_t bytes() const noexcept;

  /// Rows first … first + count - 1. Throws InvalidArgument when they lie outside.
  SparseView row_block(Index first, Index count) const;

 private:
  const Index* row_offsets_ = nullptr;
  const std::int32_t* columns_ = nullptr;
  const void* values_ = nullptr;
  ElementType type_ = ElementType::float64;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace nonneg
