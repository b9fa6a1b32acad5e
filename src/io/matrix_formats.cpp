#include "io/matrix_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "base/memory_info.hpp"
#include "io/gzip.hpp"
#include "io/hdf5_reader.hpp"
#include "io/matrix_market_reader.hpp"
#include "io/npy_reader.hpp"
#include "io/npz_reader.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// What `read` makes of the file's text, which it does not need afterwards.
template <class Read>
FoundMatrix read_text(const FormatInput& input, const Read& read) {
  if (!input.gzipped) return {read(input.file.bytes())};
  const ByteBuffer text = gunzip(input.file.bytes(), input.path, available_memory_bytes());
  return {read(text.text())};
}

template <CsvDialect Dialect>
FoundMatrix read_table(const FormatInput& input) {
  return read_text(input, [&](std::string_view text) {
    return read_csv(text, Dialect, input.path, input.missing);
  });
}

FoundMatrix read_coordinates(const FormatInput& input) {
  return read_text(input, [&](std::string_view text) {
    return read_matrix_market(text, input.path, available_memory_bytes());
  });
}

FoundMatrix read_array(const FormatInput& input) {
  if (input.gzipped) return {read_npy_gz(input.file.bytes(), input.path)};
  FoundMatrix found{read_npy(input.file.bytes(), input.path)};
  found.in_file = found.matrix.storage.size() == 0;
  return found;
}

FoundMatrix read_archive(const FormatInput& input) {
  return {read_npz(input.file.bytes(), input.path, input.dataset, available_memory_bytes()),
          input.dataset};
}

FoundMatrix read_hierarchy(const FormatInput& input) {
  const std::string_view bytes = input.file.bytes();
  if (!input.file.mapped()) {
    throw InvalidArgument(
        fmt::format("{}: is {}; HDF5 is read from a file that one can go back and forth in",
                    input.path, bytes.empty() ? "empty" : "a pipe"));
  }
  Hdf5Matrix read = read_hdf5(input.path, input.dataset, available_memory_bytes());
  FoundMatrix found{std::move(read.matrix), std::move(read.data_set)};
  if (!read.offset) return found;
  DataView& view = found.matrix.view;
  if (*read.offset > bytes.size() || view.bytes() > bytes.size() - *read.offset) {
    throw InvalidArgument(
        fmt::format("{}:{}: is cut short: {} x {} {} entries at byte {} lie beyond the file's {} "
                    "bytes; copy it again",
                    input.path, found.dataset, view.rows(), view.cols(), element_name(view.type()),
                    *read.offset, bytes.size()));
  }
  view = DataView(bytes.data() + *read.offset, view.type(), view.rows(), view.cols(),
                  view.row_stride(), view.col_stride());
  found.in_file = true;
  return found;
}

constexpr std::string_view kNpy[] = {"npy"};
constexpr std::string_view kCsv[] = {"csv"};
constexpr std::string_view kTsv[] = {"tsv"};
constexpr std::string_view kMtx[] = {"mtx"};
constexpr std::string_view kNpz[] = {"npz"};
constexpr std::string_view kHdf5[] = {"h5", "hdf5", "h5ad"};

// Extensions, whether also with .gz, whether text, what it holds, reader.
constexpr MatrixFormat kFormats[] = {
    {kNpy, true, false, Holds::one_matrix, read_array},
    {kCsv, true, true, Holds::one_matrix, read_table<CsvDialect::comma>},
    {kTsv, true, true, Holds::one_matrix, read_table<CsvDialect::tab>},
    {kMtx, true, true, Holds::one_matrix, read_coordinates},
    {kNpz, false, false, Holds::arrays, read_archive},
    {kHdf5, false, false, Holds::paths, read_hierarchy}};

/// ".csv, .tsv and .mtx": of the formats that may be gzipped, or of those that may not.
std::string extensions_in_words(bool gzipped) {
  std::vector<std::string_view> extensions;
  for (const MatrixFormat& format : kFormats) {
    if (format.may_be_gzipped != gzipped) continue;
    extensions.insert(extensions.end(), format.extensions.begin(), format.extensions.end());
  }
  std::string words;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const char* const before = i == 0 ? "" : i + 1 < extensions.size() ? ", " : " and ";
    words += fmt::format("{}.{}", before, extensions[i]);
  }
  return words;
}

}  // namespace

NamedFormat find_format(std::string_view path) {
  std::string lower(path);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const MatrixFormat& format : kFormats) {
    for (const std::string_view extension : format.extensions) {
      for (const bool gzipped : {false, true}) {
        if (gzipped && !format.may_be_gzipped) continue;
        std::string name = fmt::format("{}{}", extension, gzipped ? ".gz" : "");
        if (lower.ends_with("." + name)) return {&format, gzipped, std::move(name)};
      }
    }
  }
  return {};
}

NamedFormat format_of(const std::string& path) {
  NamedFormat named = find_format(path);
  if (named.format != nullptr) return named;
  throw InvalidArgument(
      fmt::format("{}: cannot tell the format from the name; {} are read, each also gzipped with "
                  ".gz behind it, and {}",
                  path, extensions_in_words(true), extensions_in_words(false)));
}

}  // namespace nonneg::io
