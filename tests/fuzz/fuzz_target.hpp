/// What every fuzz target asks of a reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "io/loaded_matrix.hpp"
#include "nonneg/error.hpp"

namespace nonneg::fuzz {

/// Reads a matrix; an Error is as good an answer, any other exception is a finding. Touches the
/// first and the last byte of every row, so that a view beyond its memory is found, and demands as
/// many names as rows and columns, or none.
template <class Reader>
void run(Reader&& reader) {
  try {
    const io::LoadedMatrix matrix = reader();
    const DataView& A = matrix.view;
    const auto entry_bytes = static_cast<Index>(element_size(A.type()));
    const auto* const data = static_cast<const volatile unsigned char*>(A.data());
    for (Index i = 0; i < A.rows() && !A.empty(); ++i) {
      const Index last = i * A.row_stride() + (A.cols() - 1) * A.col_stride();
      (void)data[i * A.row_stride() * entry_bytes];
      (void)data[(last + 1) * entry_bytes - 1];
    }
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
