// SPDX-License-Identifier: Apache-2.0
// Opens matrices on disk: finds the reader by the name's extension.
#include "nonneg/matrix_file.hpp"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <utility>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "io/feature_barcode_folder.hpp"
#include "io/matrix_formats.hpp"
#include "io/name_list.hpp"
#include "io/rearrange.hpp"
#include "io/sparse_missing.hpp"
#include "nonneg/error.hpp"

namespace nonneg {
namespace {

/// A file's path, and which matrix of it is meant.
struct Address {
  std::string path;
  std::string dataset;
};

/// Takes "counts.h5:/matrix" apart.
Address address_of(const std::string& path, const std::string& dataset) {
  const std::size_t colon = path.rfind(":/");
  if (colon == std::string::npos || colon == 0) return {path, dataset};
  const io::MatrixFormat* const format =
      io::find_format(std::string_view(path).substr(0, colon)).format;
  if (format == nullptr || format->holds != io::Holds::paths) return {path, dataset};
  Address address{path.substr(0, colon), path.substr(colon + 1)};
  if (!dataset.empty() && dataset != address.dataset) {
    throw InvalidArgument(Subject::file,
                          fmt::format("{}: names {}, and {} is asked for; give one of them", path,
                                      address.dataset, dataset));
  }
  return address;
}

}  // namespace

struct MatrixFile::Impl {
  void open(const OpenOptions& options);
  void keep(io::MappedFile mapping);
  void rearrange(const OpenOptions& options);

  std::string path;
  std::string dataset;
  std::string format;
  bool is_table = false;
  /// Kept only where the entries lie in it.
  std::optional<io::MappedFile> file;
  io::LoadedMatrix matrix;
};

void MatrixFile::Impl::open(const OpenOptions& options) {
  // A file that is not there is named before its extension is.
  io::MappedFile mapping(path);
  const io::NamedFormat named = io::format_of(path, options.format);
  io::require_beginning(mapping.bytes(), named, path);
  if (!dataset.empty() && named.format->holds == io::Holds::one_matrix) {
    throw InvalidArgument(fmt::format(
        "{}: holds one matrix, and nothing called {}; only HDF5 and .npz files hold several", path,
        dataset));
  }
  format = named.name;
  is_table = named.format->table;
  if (named.in_order()) mapping.advise_sequential();
  io::FoundMatrix found = named.format->read({.file = mapping,
                                              .path = path,
                                              .compression = named.compression,
                                              .dataset = dataset,
                                              .options = options});
  matrix = std::move(found.matrix);
  if (options.missing_cells) io::spread_missing(matrix, path);
  dataset = std::move(found.dataset);
  if (found.in_file) keep(std::move(mapping));
}

void MatrixFile::Impl::keep(io::MappedFile mapping) {
  // Row panels of a column-major matrix lie here and there: no reading ahead for it.
  if (matrix.view.row_major()) mapping.advise_sequential();
  file = std::move(mapping);
}

void MatrixFile::Impl::rearrange(const OpenOptions& options) {
  // Tables leave columns out as they are read: they may hold text.
  if (!options.drop_columns.empty() && !is_table) {
    io::drop_columns(matrix, options.drop_columns, path);
    file.reset();
  }
  if (options.transpose) io::transpose(matrix);
  if (!options.row_names.empty()) {
    matrix.row_names = io::read_names(options.row_names, matrix.view.rows(), "rows");
  }
  if (!options.column_names.empty()) {
    matrix.column_names = io::read_names(options.column_names, matrix.view.cols(), "columns");
  }
  if (!options.select_columns.empty()) {
    io::keep_columns(matrix, options.select_columns, path);
    file.reset();
  }
  io::settle_names(matrix, path);
}

MatrixFile MatrixFile::open(const std::string& path, const OpenOptions& options) {
  if (const auto folder = io::find_feature_barcode_folder(path)) {
    OpenOptions inside = options;
    // The names are those of the file's rows and columns.
    std::string& rows = options.transpose ? inside.column_names : inside.row_names;
    std::string& columns = options.transpose ? inside.row_names : inside.column_names;
    if (rows.empty()) rows = folder->features;
    if (columns.empty()) columns = folder->barcodes;
    return open(folder->matrix, inside);
  }
  auto [file, dataset] = address_of(path, options.dataset);
  auto impl = std::make_unique<Impl>();
  impl->path = std::move(file);
  impl->dataset = std::move(dataset);
  try {
    impl->open(options);
    impl->rearrange(options);
  } catch (const std::bad_alloc&) {
    const std::uint64_t left = available_memory_bytes();
    throw OutOfMemory(fmt::format("{}: no memory left to read it: {} free", path, byte_count(left)),
                      left, left);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(Subject::file, e.what());
  }
  return MatrixFile(std::move(impl));
}

MatrixFile::MatrixFile(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
MatrixFile::MatrixFile(MatrixFile&&) noexcept = default;
MatrixFile& MatrixFile::operator=(MatrixFile&&) noexcept = default;
MatrixFile::~MatrixFile() = default;

const DataView& MatrixFile::view() const noexcept { return impl_->matrix.view; }
bool MatrixFile::mapped() const noexcept { return impl_->file && impl_->file->mapped(); }
std::string_view MatrixFile::format() const noexcept { return impl_->format; }
const std::string& MatrixFile::path() const noexcept { return impl_->path; }
const std::string& MatrixFile::dataset() const noexcept { return impl_->dataset; }
const std::vector<std::string>& MatrixFile::row_names() const noexcept {
  return impl_->matrix.row_names;
}
const std::vector<std::string>& MatrixFile::column_names() const noexcept {
  return impl_->matrix.column_names;
}
const std::string& MatrixFile::layout() const noexcept { return impl_->matrix.layout; }
const std::vector<std::string>& MatrixFile::warnings() const noexcept {
  return impl_->matrix.warnings;
}
const std::vector<std::string>& MatrixFile::other_layers() const noexcept {
  return impl_->matrix.other_layers;
}

}  // namespace nonneg
