/// An .npy file written row by row, for results that need not fit into memory.
#pragma once

#include <filesystem>
#include <string>

#include "cli/commands/interrupt.hpp"
#include "io/output_path.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

/// A .npy file of float32 or float64 in C order. It is written under a hidden name and renamed when
/// complete; if it never is, nothing stays behind.
template <class T>
class NpyRows {
 public:
  /// `path` is one of resolve_output_file. Throws IoError.
  NpyRows(OutputPath path, bool overwrite, Index rows, Index cols, Interrupt& interrupt);
  ~NpyRows();
  NpyRows(const NpyRows&) = delete;
  NpyRows& operator=(const NpyRows&) = delete;

  /// The next rows. Throws IoError.
  void append(MatrixView<const T> block);
  /// All rows are there: flushes them to disk and puts the file in place. Throws IoError.
  void finish();

 private:
  void open_file(Index rows, Index cols);
  void discard() noexcept;
  void write_bytes(const void* data, std::size_t count);
  [[noreturn]] void fail(int error) const;

  OutputPath path_;
  bool overwrite_;
  Interrupt& interrupt_;
  int file_ = -1;
  bool finished_ = false;
};

extern template class NpyRows<float>;
extern template class NpyRows<double>;

}  // namespace nonneg::cli
