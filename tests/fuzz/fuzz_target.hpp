// SPDX-License-Identifier: Apache-2.0
/// What every fuzz target asks of a reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "io/loaded_matrix.hpp"
#include "nonneg/error.hpp"

namespace nonneg::fuzz {

/// Demands what SparseView promises: offsets and columns that ascend, columns within the matrix.
inline void check_sparse(const SparseView& A) {
  if (A.rows() > 0 && A.row_offsets()[0] != 0) std::abort();
  const auto* const values = static_cast<const volatile unsigned char*>(A.values());
  for (Index i = 0; i < A.rows(); ++i) {
    std::int32_t before = -1;
    if (A.row_offsets()[i] > A.row_offsets()[i + 1]) std::abort();
    for (Index e = A.row_offsets()[i]; e < A.row_offsets()[i + 1]; ++e) {
      if (A.columns()[e] <= before || A.columns()[e] >= A.cols()) std::abort();
      before = A.columns()[e];
      (void)values[(e + 1) * static_cast<Index>(element_size(A.type())) - 1];
    }
  }
}

/// Touches the first and the last byte of every row, so that a view beyond its memory is found.
inline void touch_dense(const DataView& A) {
  const auto entry_bytes = static_cast<Index>(element_size(A.type()));
  const auto* const data = static_cast<const volatile unsigned char*>(A.data());
  for (Index i = 0; i < A.rows() && !A.empty(); ++i) {
    const Index last = i * A.row_stride() + (A.cols() - 1) * A.col_stride();
    (void)data[i * A.row_stride() * entry_bytes];
    (void)data[(last + 1) * entry_bytes - 1];
  }
}

/// Reads a matrix; an Error is as good an answer, any other exception is a finding. Looks at all
/// that there is of it, and demands as many names as rows and columns, or none.
template <class Reader>
void run(Reader&& reader) {
  try {
    const io::LoadedMatrix matrix = reader();
    const DataView& A = matrix.view;
    A.sparse() ? check_sparse(A.stored()) : touch_dense(A);
    const bool names_fit =
        (matrix.row_names.empty() || std::ssize(matrix.row_names) == A.rows()) &&
        (matrix.column_names.empty() || std::ssize(matrix.column_names) == A.cols());
    if (!names_fit) {
      std::abort();
    }
  } catch (const Error&) {
    return;
  }
}

}  // namespace nonneg::fuzz
