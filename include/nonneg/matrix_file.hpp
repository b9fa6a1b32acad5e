// SPDX-License-Identifier: Apache-2.0
/// Matrices on disk: read from .npy, .csv, .tsv, MatrixMarket, .npz and HDF5 files, written to .npy
/// files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"
#include "nonneg/open_options.hpp"

namespace nonneg {

/// A matrix on disk, opened. The entries of an .npy file, and of an HDF5 data set that is
/// uncompressed and in one piece, are mapped into memory and read as the solver comes by, so that
/// they may be larger than memory; all else is read into memory, and what is sparse stays sparse.
/// Entries are not looked at: negative or non-finite ones are the solver's to refuse. A mapped file
/// must not be cut short by another program while it is open.
class NONNEG_EXPORT MatrixFile {
 public:
  /// Opens by the name's extension, or as options.format says: .npy, .csv, .tsv (.tab) or .mtx,
  /// each also with .gz, .zst or .xz behind it; .npz; .h5, .hdf5, .h5ad, .h5mu or .loom, where
  /// "file.h5:/place" is the matrix at /place of it; or a folder of 10x Genomics', with matrix.mtx,
  /// features.tsv and barcodes.tsv, each also compressed.
  ///
  /// .npy   Versions 1.0 to 3.0, C and Fortran order, little-endian integers, bool and floats of
  /// 16,
  ///        32 and 64 bits, two dimensions. Entries keep their type.
  /// .csv   Cells separated by ',' (by ';' where the first line has no comma), as float64.
  /// .tsv   The same, separated by tabs. options.table says what differs.
  /// triplets  A table of three columns: row label, column label, value. Sparse, with a row and a
  ///        column for each label; pairs that come again are summed.
  /// .mtx   MatrixMarket: coordinate or array; real, integer or pattern; general or symmetric. An
  ///        array is dense float64. Coordinates are sparse: float64, or float32 where they are
  ///        integers that it holds exactly; repeated entries are summed.
  /// .npz   What scipy.sparse.save_npz writes (csr, csc, coo): sparse, as SparseMatrix makes it. Or
  ///        one dense array, named by OpenOptions::dataset where there are more.
  /// HDF5   Dense data sets of two dimensions, in the type they are stored in; groups with a sparse
  ///        matrix, as 10x Genomics (features x barcodes) and AnnData (obs x var) write them, with
  ///        the names of rows and columns. Unless a place is given it is AnnData's /X, 10x
  ///        Genomics' or loom's /matrix (features x cells), MuData's only modality, or the only
  ///        matrix that there is.
  ///
  /// In .csv and .tsv the first line names the columns if it has text and no numbers after its
  /// first cell, or is quoted where what follows is not, or if its first cell is empty and the
  /// others are numbers that differ. The first column names the rows if it is text, or if the
  /// header leaves its own first cell empty or out. Where more than one reading makes sense, and
  /// options.table does not say which, that is an InvalidArgument which names the field.
  ///
  /// Throws InvalidArgument for content that cannot be used, naming line and column in a text file
  /// and the place within others, for names that are not as many as rows or columns, and for a
  /// `dataset` that there is not; IoError where the file cannot be opened or read, or its gzip
  /// stream is damaged, with path and byte offset; OutOfMemory, with the bytes asked for and free;
  /// NotAvailable for .npz, HDF5, .zst or .xz in a build without libzip, libhdf5, libzstd or
  /// liblzma.
  static MatrixFile open(const std::string& path, const OpenOptions& options = {});

  MatrixFile(MatrixFile&&) noexcept;
  MatrixFile& operator=(MatrixFile&&) noexcept;
  MatrixFile(const MatrixFile&) = delete;
  MatrixFile& operator=(const MatrixFile&) = delete;
  ~MatrixFile();

  /// The entries; valid as long as this object, or the one it was moved into, lives.
  const DataView& view() const noexcept;
  /// True where the entries are the file's own bytes, mapped; false where they are in memory.
  bool mapped() const noexcept;
  /// "npy", "csv", "tsv", "mtx" or "triplets", with ".gz" and the like behind it for a compressed
  /// file; "npz", "h5", "hdf5", "h5ad", "h5mu" or "loom".
  std::string_view format() const noexcept;
  /// The place of the matrix in an HDF5 file, whether it was asked for or found; else what
  /// OpenOptions::dataset was.
  const std::string& dataset() const noexcept;
  /// The file's, without a place within it.
  const std::string& path() const noexcept;
  /// One name per row; empty where the file has none.
  const std::vector<std::string>& row_names() const noexcept;
  /// One name per column; empty where the file has none.
  const std::vector<std::string>& column_names() const noexcept;
  /// How a table of text was read, in words: "columns named a, b, c, ...; first column as row
  /// names". Empty for formats that leave no choice.
  const std::string& layout() const noexcept;
  /// What one should know of the file, one sentence each.
  const std::vector<std::string>& warnings() const noexcept;
  /// The places of the other matrices of the same rows that an AnnData file has: its layers, X, and
  /// X of raw.
  const std::vector<std::string>& other_layers() const noexcept;

 private:
  struct Impl;
  explicit MatrixFile(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Writes A (m × n, host memory) as a version 1.0 .npy file in C order, its data aligned to 64
/// bytes. The file appears, or replaces an older one, only when it is complete and flushed to the
/// disk. Throws InvalidArgument (Subject::A) for a view of device memory, and IoError with the
/// system's words; leaves no partial file.
NONNEG_EXPORT void write_npy(const std::string& path, MatrixView<const float> A);
/// As above, of float64.
NONNEG_EXPORT void write_npy(const std::string& path, MatrixView<const double> A);

/// Writes the transpose of A (m × n, host memory): an .npy file of n × m in C order. The transpose
/// is formed block by block, in a few MiB. Otherwise as write_npy.
NONNEG_EXPORT void write_npy_transposed(const std::string& path, MatrixView<const float> A);
/// As above, of float64.
NONNEG_EXPORT void write_npy_transposed(const std::string& path, MatrixView<const double> A);

}  // namespace nonneg
