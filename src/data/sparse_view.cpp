// SPDX-License-Identifier: Apache-2.0
#include "nonneg/sparse_view.hpp"

#include <fmt/format.h>

namespace nonneg {

SparseView::SparseView(const Index* row_offsets, const std::int32_t* columns, const void* values,
                       ElementType type, Index rows, Index cols)
    : row_offsets_(row_offsets),
      columns_(columns),
      values_(values),
      type_(type),
      rows_(rows),
      cols_(cols) {
  if (type != ElementType::float32 && type != ElementType::float64) {
    throw InvalidArgument(
        Subject::sparse_arrays,
        fmt::format("sparse values of {}: they must be float32 or float64", element_name(type)));
  }
  if (rows < 0 || cols < 0) {
    throw InvalidArgument(Subject::sparse_arrays,
                          fmt::format("sparse view of {} x {}: sizes must be >= 0", rows, cols));
  }
}

std::uint64_t SparseView::bytes() const noexcept {
  const auto entries = static_cast<std::uint64_t>(this->entries());
  return entries * (sizeof(std::int32_t) + element_size(type_)) +
         (static_cast<std::uint64_t>(rows_) + 1) * sizeof(Index);
}

SparseView SparseView::row_block(Index first, Index count) const {
  if (first < 0 || count < 0 || first > rows_ - count) {
    throw InvalidArgument(
        fmt::format("row block {} + {} lies outside a matrix of {} rows", first, count, rows_));
  }
  return {row_offsets_ + first, columns_, values_, type_, count, cols_};
}

}  // namespace nonneg
