// Opens matrices on disk: finds the reader by the name's extension.
#include "nonneg/matrix_file.hpp"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <utility>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "io/matrix_formats.hpp"
#include "io/name_list.hpp"
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
    throw InvalidArgument(fmt::format("{}: names {}, and {} is asked for; give one of them", path,
                                      address.dataset, dataset));
  }
  return address;
}

}  // namespace

struct MatrixFile::Impl {
  void open(io::MissingCells missing);
  void keep(io::MappedFile mapping);
  void read_names(const OpenOptions& options);

  std::string path;
  std::string dataset;
  std::string format;
  /// Kept only where the entries lie in it.
  std::optional<io::MappedFile> file;
  io::LoadedMatrix matrix;
};

void MatrixFile::Impl::open(io::MissingCells missing) {
  // A file that is not there is named before its extension is.
  io::MappedFile mapping(path);
  const io::NamedFormat named = io::format_of(path);
  if (!dataset.empty() && named.format->holds == io::Holds::one_matrix) {
    throw InvalidArgument(fmt::format(
        "{}: holds one matrix, and nothing called {}; only HDF5 and .npz files hold several", path,
        dataset));
  }
  format = named.name;
  if (named.in_order()) mapping.advise_sequential();
  io::FoundMatrix found = named.format->read({.file = mapping,
                                              .path = path,
                                              .gzipped = named.gzipped,
                                              .dataset = dataset,
                                              .missing = missing});
  matrix = std::move(found.matrix);
  dataset = std::move(found.dataset);
  if (found.in_file) keep(std::move(mapping));
}

void MatrixFile::Impl::keep(io::MappedFile mapping) {
  // Row panels of a column-major matrix lie here and there: no reading ahead for it.
  if (matrix.view.row_major()) mapping.advise_sequential();
  file = std::move(mapping);
}

void MatrixFile::Impl::read_names(const OpenOptions& options) {
  if (!options.row_names.empty()) {
    matrix.row_names = io::read_names(options.row_names, matrix.view.rows(), "rows");
  }
  if (!options.column_names.empty()) {
    matrix.column_names = io::read_names(options.column_names, matrix.view.cols(), "columns");
  }
}

MatrixFile MatrixFile::open(const std::string& path, const OpenOptions& options) {
  auto [file, dataset] = address_of(path, options.dataset);
  auto impl = std::make_unique<Impl>();
  impl->path = std::move(file);
  impl->dataset = std::move(dataset);
  try {
    impl->open(options.missing_cells ? io::MissingCells::nan : io::MissingCells::refused);
  } catch (const std::bad_alloc&) {
    const std::uint64_t left = available_memory_bytes();
    throw OutOfMemory(fmt::format("{}: no memory left to read it: {} free", path, byte_count(left)),
                      left, left);
  }
  impl->read_names(options);
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

}  // namespace nonneg
