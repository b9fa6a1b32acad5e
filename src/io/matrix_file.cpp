// Opens matrices on disk: finds the reader by the name's extension.
#include "nonneg/matrix_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "io/csv_reader.hpp"
#include "io/gzip.hpp"
#include "io/loaded_matrix.hpp"
#include "io/mapped_file.hpp"
#include "io/matrix_market_reader.hpp"
#include "io/npy_reader.hpp"
#include "memory_info.hpp"
#include "nonneg/error.hpp"

namespace nonneg {
namespace {

enum class Format { npy, csv, tsv, mtx };

struct NamedFormat {
  std::string_view name;
  Format format;
  bool gzipped;
};

constexpr NamedFormat kFormats[] = {{"npy", Format::npy, false},   {"csv", Format::csv, false},
                                    {"tsv", Format::tsv, false},   {"mtx", Format::mtx, false},
                                    {"npy.gz", Format::npy, true}, {"csv.gz", Format::csv, true},
                                    {"tsv.gz", Format::tsv, true}, {"mtx.gz", Format::mtx, true}};

const NamedFormat& format_of(const std::string& path) {
  std::string lower = path;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const NamedFormat& format : kFormats) {
    if (lower.ends_with(fmt::format(".{}", format.name))) {
      return format;
    }
  }
  throw InvalidArgument(fmt::format(
      "{}: cannot tell the format from the name; .npy, .csv, .tsv and .mtx are read, each also "
      "gzipped with .gz behind it",
      path));
}

io::LoadedMatrix read_text(std::string_view text, Format format, const std::string& path) {
  switch (format) {
    case Format::csv:
      return io::read_csv(text, io::CsvDialect::comma, path);
    case Format::tsv:
      return io::read_csv(text, io::CsvDialect::tab, path);
    default:
      return io::read_matrix_market(text, path, available_memory_bytes());
  }
}

io::LoadedMatrix read(std::string_view bytes, const NamedFormat& format, const std::string& path) {
  if (format.format == Format::npy) {
    return format.gzipped ? io::read_npy_gz(bytes, path) : io::read_npy(bytes, path);
  }
  if (format.gzipped) {
    const io::ByteBuffer text = io::gunzip(bytes, path, available_memory_bytes());
    return read_text(text.text(), format.format, path);
  }
  return read_text(bytes, format.format, path);
}

}  // namespace

struct MatrixFile::Impl {
  std::string path;
  std::string_view format;
  /// Kept only where the entries lie in it.
  std::optional<io::MappedFile> file;
  io::LoadedMatrix matrix;
};

MatrixFile MatrixFile::open(const std::string& path) {
  io::MappedFile file(path);
  const NamedFormat& format = format_of(path);
  const bool plain_npy = format.format == Format::npy && !format.gzipped;
  if (!plain_npy) {
    file.advise_sequential();
  }
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->format = format.name;
  impl->matrix = read(file.bytes(), format, path);
  if (plain_npy && impl->matrix.storage.size() == 0) {
    // Row panels of a column-major matrix lie here and there: no reading ahead for it.
    if (impl->matrix.view.row_major()) {
      file.advise_sequential();
    }
    impl->file = std::move(file);
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
const std::vector<std::string>& MatrixFile::row_names() const noexcept {
  return impl_->matrix.row_names;
}
const std::vector<std::string>& MatrixFile::column_names() const noexcept {
  return impl_->matrix.column_names;
}

}  // namespace nonneg
