// SPDX-License-Identifier: Apache-2.0
#include "io/select_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/element_types.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

void require_columns(const DataView& A, std::span<const Index> columns) {
  for (const Index column : columns) {
    if (column >= 0 && column < A.cols()) continue;
    throw InvalidArgument(
        fmt::format("column {} is selected, but the matrix has {} columns", column, A.cols()));
  }
}

template <class E>
void gather(const DataView& A, const E* entries, std::span<const Index> columns, E* out) {
  if (A.row_stride() == 1) {
    for (const Index column : columns) {
      out = std::copy_n(entries + column * A.col_stride(), A.rows(), out);
    }
    return;
  }
  for (Index i = 0; i < A.rows(); ++i) {
    const E* const row = entries + i * A.row_stride();
    for (const Index column : columns) *out++ = row[column * A.col_stride()];
  }
}

LoadedMatrix select_dense(const DataView& A, std::span<const Index> columns) {
  LoadedMatrix selected;
  selected.storage = ByteBuffer("the selected columns");
  const Index count = std::ssize(columns);
  with_element_type(A.type(), [&]<class E>(const E*) {
    selected.storage.reserve(static_cast<std::uint64_t>(A.rows()) *
                             static_cast<std::uint64_t>(count) * sizeof(E));
    std::byte* const out =
        selected.storage.grow(static_cast<std::size_t>(A.rows() * count) * sizeof(E));
    gather(A, static_cast<const E*>(A.data()), columns, reinterpret_cast<E*>(out));
  });
  const bool by_columns = A.row_stride() == 1;
  const Index ld = std::max<Index>(1, by_columns ? A.rows() : count);
  selected.view = DataView(selected.storage.data(), A.type(), A.rows(), count, by_columns ? 1 : ld,
                           by_columns ? ld : 1);
  return selected;
}

template <class T>
SparseMatrix select_stored(const SparseView& A, std::span<const Index> columns) {
  // Where each column of A goes; -1 for one that is left out.
  std::vector<std::int32_t> places(static_cast<std::size_t>(A.cols()), -1);
  std::int32_t next = 0;
  for (const Index column : columns) places[static_cast<std::size_t>(column)] = next++;

  std::vector<Index> offsets{0};
  std::vector<std::int32_t> kept_columns;
  std::vector<T> kept_values;
  offsets.reserve(static_cast<std::size_t>(A.rows()) + 1);
  const T* const values = static_cast<const T*>(A.values());
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index e = A.row_offsets()[i]; e < A.row_offsets()[i + 1]; ++e) {
      const std::int32_t place = places[static_cast<std::size_t>(A.columns()[e])];
      if (place < 0) continue;
      kept_columns.push_back(place);
      kept_values.push_back(values[e]);
    }
    offsets.push_back(std::ssize(kept_columns));
  }
  return SparseMatrix::from_csr(A.rows(), std::ssize(columns), offsets, kept_columns, kept_values);
}

}  // namespace

LoadedMatrix select_columns(const DataView& A, std::span<const Index> columns) {
  require_columns(A, columns);
  if (!A.sparse()) return select_dense(A, columns);
  LoadedMatrix selected;
  selected.sparse = A.type() == ElementType::float32 ? select_stored<float>(A.stored(), columns)
                                                     : select_stored<double>(A.stored(), columns);
  selected.view = selected.sparse.view();
  return selected;
}

}  // namespace nonneg::io
