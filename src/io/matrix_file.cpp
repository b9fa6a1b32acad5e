// Opens matrices on disk: finds the reader by the name's extension.
#include "nonneg/matrix_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <optional>
#include <utility>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "io/csv_reader.hpp"
#include "io/gzip.hpp"
#include "io/hdf5_reader.hpp"
#include "io/loaded_matrix.hpp"
#include "io/mapped_file.hpp"
#include "io/matrix_market_reader.hpp"
#include "io/name_list.hpp"
#include "io/npy_reader.hpp"
#include "io/npz_reader.hpp"
#include "nonneg/error.hpp"

namespace nonneg {
namespace {

enum class Format { npy, csv, tsv, mtx, npz, hdf5 };

struct NamedFormat {
  std::string_view name;
  Format format;
  bool gzipped;
};

constexpr NamedFormat kFormats[] = {
    {"npy", Format::npy, false},   {"csv", Format::csv, false},   {"tsv", Format::tsv, false},
    {"mtx", Format::mtx, false},   {"npy.gz", Format::npy, true}, {"csv.gz", Format::csv, true},
    {"tsv.gz", Format::tsv, true}, {"mtx.gz", Format::mtx, true}, {"npz", Format::npz, false},
    {"h5", Format::hdf5, false},   {"hdf5", Format::hdf5, false}, {"h5ad", Format::hdf5, false}};

const NamedFormat* find_format(std::string_view path) {
  std::string lower(path);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const NamedFormat& format : kFormats) {
    if (lower.ends_with(fmt::format(".{}", format.name))) return &format;
  }
  return nullptr;
}

/// A file's path and the place within it: "counts.h5:/matrix" taken apart.
struct Place {
  std::string path;
  std::string dataset;
};

Place place_of(const std::string& path, const std::string& dataset) {
  const std::size_t colon = path.rfind(":/");
  if (colon == std::string::npos || colon == 0) return {path, dataset};
  const NamedFormat* const format = find_format(std::string_view(path).substr(0, colon));
  if (format == nullptr || format->format != Format::hdf5) return {path, dataset};
  Place place{path.substr(0, colon), path.substr(colon + 1)};
  if (!dataset.empty() && dataset != place.dataset) {
    throw InvalidArgument(fmt::format("{}: names {}, and {} is asked for; give one of them", path,
                                      place.dataset, dataset));
  }
  return place;
}

const NamedFormat& format_of(const std::string& path) {
  if (const NamedFormat* const format = find_format(path)) return *format;
  throw InvalidArgument(fmt::format(
      "{}: cannot tell the format from the name; .npy, .csv, .tsv and .mtx are read, each also "
      "gzipped with .gz behind it, and .npz, .h5, .hdf5 and .h5ad",
      path));
}

io::LoadedMatrix read_text(std::string_view text, Format format, const std::string& path,
                           io::MissingCells missing) {
  switch (format) {
    case Format::csv:
      return io::read_csv(text, io::CsvDialect::comma, path, missing);
    case Format::tsv:
      return io::read_csv(text, io::CsvDialect::tab, path, missing);
    default:
      return io::read_matrix_market(text, path, available_memory_bytes());
  }
}

io::LoadedMatrix read(std::string_view bytes, const NamedFormat& format, const std::string& path,
                      const std::string& dataset, io::MissingCells missing) {
  if (format.format == Format::npz) {
    return io::read_npz(bytes, path, dataset, available_memory_bytes());
  }
  if (!dataset.empty()) {
    throw InvalidArgument(fmt::format(
        "{}: holds one matrix, and nothing called {}; only HDF5 and .npz files hold several", path,
        dataset));
  }
  if (format.format == Format::npy) {
    return format.gzipped ? io::read_npy_gz(bytes, path) : io::read_npy(bytes, path);
  }
  if (format.gzipped) {
    const io::ByteBuffer text = io::gunzip(bytes, path, available_memory_bytes());
    return read_text(text.text(), format.format, path, missing);
  }
  return read_text(bytes, format.format, path, missing);
}

}  // namespace

struct MatrixFile::Impl {
  void open(io::MissingCells missing);
  void open_hdf5(io::MappedFile mapping);
  void keep(io::MappedFile mapping);
  void read_names(const OpenOptions& options);

  std::string path;
  std::string dataset;
  std::string_view format;
  /// Kept only where the entries lie in it.
  std::optional<io::MappedFile> file;
  io::LoadedMatrix matrix;
};

void MatrixFile::Impl::open(io::MissingCells missing) {
  // A file that is not there is named before its extension is.
  io::MappedFile mapping(path);
  const NamedFormat& named = format_of(path);
  format = named.name;
  if (named.format == Format::hdf5) {
    open_hdf5(std::move(mapping));
    return;
  }
  const bool plain_npy = named.format == Format::npy && !named.gzipped;
  if (!plain_npy && named.format != Format::npz) mapping.advise_sequential();
  matrix = read(mapping.bytes(), named, path, dataset, missing);
  if (plain_npy && matrix.storage.size() == 0) keep(std::move(mapping));
}

void MatrixFile::Impl::open_hdf5(io::MappedFile mapping) {
  if (!mapping.mapped()) {
    throw InvalidArgument(
        fmt::format("{}: is {}; HDF5 is read from a file that one can go back and forth in", path,
                    mapping.bytes().empty() ? "empty" : "a pipe"));
  }
  io::Hdf5Matrix found = io::read_hdf5(path, dataset, available_memory_bytes());
  dataset = std::move(found.data_set);
  matrix = std::move(found.matrix);
  if (!found.offset) return;
  const DataView& view = matrix.view;
  if (*found.offset > mapping.bytes().size() ||
      view.bytes() > mapping.bytes().size() - *found.offset) {
    throw InvalidArgument(
        fmt::format("{}:{}: is cut short: {} x {} {} entries at byte {} lie beyond the file's {} "
                    "bytes; copy it again",
                    path, dataset, view.rows(), view.cols(), element_name(view.type()),
                    *found.offset, mapping.bytes().size()));
  }
  matrix.view = DataView(mapping.bytes().data() + *found.offset, view.type(), view.rows(),
                         view.cols(), view.row_stride(), view.col_stride());
  keep(std::move(mapping));
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
  auto [file, dataset] = place_of(path, options.dataset);
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
