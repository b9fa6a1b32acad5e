/// Matrices on disk: read from .npy, .csv, .tsv and MatrixMarket files, written to .npy files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// A matrix on disk, opened: an .npy file is mapped into memory and read as the solver comes by, so
/// that it may be larger than memory; every other format is read into memory. Entries are not
/// looked at: negative or non-finite ones are the solver's to refuse. A mapped file must not be cut
/// short by another program while it is open.
class NONNEG_EXPORT MatrixFile {
 public:
  /// Opens by the name's extension: .npy, .csv, .tsv or .mtx, each also with .gz behind it.
  ///
  /// .npy   Versions 1.0 to 3.0, C and Fortran order, little-endian integers, bool and floats of
  /// 16,
  ///        32 and 64 bits, two dimensions. Entries keep their type.
  /// .csv   Cells separated by ',' (by ';' where the first line has no comma), as float64.
  /// .tsv   The same, separated by tabs.
  /// .mtx   MatrixMarket: coordinate or array; real, integer or pattern; general or symmetric.
  /// Dense
  ///        float64 once read; repeated entries are summed.
  ///
  /// In .csv and .tsv the first line names the columns if a cell other than its first is text
  /// (neither empty, nor a number, nor a mark of a missing value such as "n/a"). It also does if
  /// its first cell alone is text while the one below is a number, or if its first cell is empty
  /// and either the one below is text or the others count 0, 1, 2, ... A first line of numbers,
  /// years say, is data. The first column names the rows if it is text in the first line of data,
  /// or if the header leaves its own first cell empty or out.
  ///
  /// Throws InvalidArgument for content that cannot be used, naming line and column in a text file;
  /// IoError where the file cannot be opened or read, or its gzip stream is damaged, with path and
  /// byte offset; OutOfMemory, with the bytes asked for and free.
  static MatrixFile open(const std::string& path);

  MatrixFile(MatrixFile&&) noexcept;
  MatrixFile& operator=(MatrixFile&&) noexcept;
  MatrixFile(const MatrixFile&) = delete;
  MatrixFile& operator=(const MatrixFile&) = delete;
  ~MatrixFile();

  /// The entries; valid as long as this object, or the one it was moved into, lives.
  const DataView& view() const noexcept;
  /// True where the entries are the file's own bytes, mapped; false where they are in memory.
  bool mapped() const noexcept;
  /// "npy", "csv", "tsv" or "mtx", with ".gz" behind it for a compressed file.
  std::string_view format() const noexcept;
  const std::string& path() const noexcept;
  /// One name per row; empty where the file has none.
  const std::vector<std::string>& row_names() const noexcept;
  /// One name per column; empty where the file has none.
  const std::vector<std::string>& column_names() const noexcept;

 private:
  struct Impl;
  explicit MatrixFile(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Writes A (m × n, host memory) as a version 1.0 .npy file in C order, its data aligned to 64
/// bytes. The file appears, or replaces an older one, only when it is complete and flushed to the
/// disk. Throws IoError with the system's words, and leaves no partial file.
NONNEG_EXPORT void write_npy(const std::string& path, MatrixView<const float> A);
NONNEG_EXPORT void write_npy(const std::string& path, MatrixView<const double> A);

/// Writes the transpose of A (m × n, host memory): an .npy file of n × m in C order. The transpose
/// is formed block by block, in a few MiB. Otherwise as write_npy.
NONNEG_EXPORT void write_npy_transposed(const std::string& path, MatrixView<const float> A);
NONNEG_EXPORT void write_npy_transposed(const std::string& path, MatrixView<const double> A);

}  // namespace nonneg
