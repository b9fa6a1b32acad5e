// SPDX-License-Identifier: Apache-2.0
/// An .npy file written row by row, for results that need not fit into memory.
#pragma once

#include <cstdint>

#include "io/output_file.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::io {

/// The entries of a .npy file of float32 or float64 in C order, behind its header.
template <class T>
class NpyRows {
 public:
  /// Writes the header to `file`, which must outlive this; its commit() is the caller's. Throws as
  /// OutputFile does.
  NpyRows(OutputFile& file, Index rows, Index cols);

  /// Writes the next rows, which lie on the host. Throws as OutputFile does.
  void append(MatrixView<const T> block);

 private:
  void put(const T* entries, Index count);

  OutputFile& file_;
  std::uint64_t offset_;
};

extern template class NpyRows<float>;
extern template class NpyRows<double>;

}  // namespace nonneg::io
