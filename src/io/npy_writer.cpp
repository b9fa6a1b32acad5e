// SPDX-License-Identifier: Apache-2.0
// Writes matrices as .npy files, as they are or transposed.
#include <algorithm>
#include <string>
#include <vector>

#include "base/host_memory.hpp"
#include "io/npy_rows.hpp"
#include "io/output_file.hpp"
#include "io/written_npy_header.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg {
namespace {

/// Columns are gathered in buffers of this size before they are written.
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

template <class T>
void write_plain(const std::string& path, MatrixView<const T> A) {
  require_readable(Subject::A, A);
  io::OutputFile file(path);
  io::NpyRows<T>(file, A.rows(), A.cols()).append(A);
  file.commit();
}

/// Rows of A are taken in blocks; a block's part of each column lies together in the file. A file
/// that has to be written in order gets one column after the other.
template <class T>
void write_transposed(const std::string& path, MatrixView<const T> A) {
  require_readable(Subject::A, A);
  io::OutputFile file(path);
  const std::string header = io::written_npy_header(ElementTypeOf<T>::value, A.cols(), A.rows());
  file.write_at(0, header.data(), header.size());
  const auto block_entries = static_cast<Index>(kBlockBytes / sizeof(T));
  const Index block_cols = file.seekable() ? std::max<Index>(A.cols(), 1) : 1;
  const Index block_rows =
      std::clamp<Index>(block_entries / block_cols, 1, std::max<Index>(A.rows(), 1));
  std::vector<T> column(static_cast<std::size_t>(block_rows));
  for (Index first_col = 0; first_col < A.cols(); first_col += block_cols) {
    const Index last_col = std::min(first_col + block_cols, A.cols());
    for (Index first = 0; first < A.rows(); first += block_rows) {
      const Index count = std::min(block_rows, A.rows() - first);
      for (Index j = first_col; j < last_col; ++j) {
        for (Index i = 0; i < count; ++i) {
          column[static_cast<std::size_t>(i)] = A(first + i, j);
        }
        const auto entry = static_cast<std::uint64_t>(j * A.rows() + first);
        file.write_at(header.size() + entry * sizeof(T), column.data(),
                      static_cast<std::size_t>(count) * sizeof(T));
      }
    }
  }
  file.commit();
}

}  // namespace

void write_npy(const std::string& path, MatrixView<const float> A) { write_plain(path, A); }
void write_npy(const std::string& path, MatrixView<const double> A) { write_plain(path, A); }

void write_npy_transposed(const std::string& path, MatrixView<const float> A) {
  write_transposed(path, A);
}
void write_npy_transposed(const std::string& path, MatrixView<const double> A) {
  write_transposed(path, A);
}

}  // namespace nonneg
