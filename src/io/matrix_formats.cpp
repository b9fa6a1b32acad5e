// SPDX-License-Identifier: Apache-2.0
#include "io/matrix_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "base/memory_info.hpp"
#include "io/csv_reader.hpp"
#include "io/hdf5_reader.hpp"
#include "io/matrix_market_reader.hpp"
#include "io/npy_reader.hpp"
#include "io/npz_reader.hpp"
#include "io/triplet_reader.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// What `read` makes of the file's text, which it does not need afterwards.
template <class Read>
FoundMatrix read_text(const FormatInput& input, const Read& read) {
  if (input.compression == Compression::none) return {read(input.file.bytes())};
  const ByteBuffer text =
      decompress(input.file.bytes(), input.compression, input.path, available_memory_bytes());
  return {read(text.text())};
}

TableRequest request_of(const FormatInput& input, CsvDialect dialect) {
  return {.dialect = dialect,
          .missing = input.options.missing_cells ? MissingCells::nan : MissingCells::refused,
          .table = input.options.table,
          .drop_columns = input.options.drop_columns};
}

template <CsvDialect Dialect>
FoundMatrix read_table(const FormatInput& input) {
  return read_text(input, [&](std::string_view text) {
    return read_csv(text, request_of(input, Dialect), input.path);
  });
}

FoundMatrix read_list(const FormatInput& input) {
  return read_text(input, [&](std::string_view text) {
    const std::string named = find_format(input.path).name;
    const CsvDialect dialect = named.starts_with("csv")  ? CsvDialect::comma
                               : named.starts_with("ts") ? CsvDialect::tab
                                                         : CsvDialect::unknown;
    return read_triplets(text, request_of(input, dialect), input.path);
  });
}

FoundMatrix read_coordinates(const FormatInput& input) {
  return read_text(input, [&](std::string_view text) {
    return read_matrix_market(text, input.path, available_memory_bytes());
  });
}

FoundMatrix read_array(const FormatInput& input) {
  if (input.compression == Compression::gzip) return {read_npy_gz(input.file.bytes(), input.path)};
  if (input.compression != Compression::none) {
    ByteBuffer bytes =
        decompress(input.file.bytes(), input.compression, input.path, available_memory_bytes());
    FoundMatrix found{read_npy(bytes.text(), input.path)};
    if (found.matrix.storage.size() == 0) found.matrix.storage = std::move(bytes);
    return found;
  }
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
constexpr std::string_view kTsv[] = {"tsv", "tab"};
constexpr std::string_view kMtx[] = {"mtx"};
constexpr std::string_view kTriplets[] = {"triplets"};
constexpr std::string_view kNpz[] = {"npz"};
constexpr std::string_view kHdf5[] = {"h5", "hdf5", "h5ad", "h5mu", "loom"};

// Extensions, whether also compressed, whether text, whether a table, what it holds, reader.
constexpr MatrixFormat kFormats[] = {
    {kNpy, true, false, false, Holds::one_matrix, read_array},
    {kCsv, true, true, true, Holds::one_matrix, read_table<CsvDialect::comma>},
    {kTsv, true, true, true, Holds::one_matrix, read_table<CsvDialect::tab>},
    {kMtx, true, true, false, Holds::one_matrix, read_coordinates},
    {kTriplets, true, true, true, Holds::one_matrix, read_list},
    {kNpz, false, false, false, Holds::arrays, read_archive},
    {kHdf5, false, false, false, Holds::paths, read_hierarchy}};

constexpr Compression kCompressions[] = {Compression::none, Compression::gzip, Compression::zstd,
                                         Compression::xz};

/// ".csv, .tsv and .mtx": of the formats that may be compressed, or of those that may not.
std::string extensions_in_words(bool compressed) {
  std::vector<std::string_view> extensions;
  for (const MatrixFormat& format : kFormats) {
    if (format.may_be_compressed != compressed) continue;
    extensions.insert(extensions.end(), format.extensions.begin(), format.extensions.end());
  }
  std::string words;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const char* const before = i == 0 ? "" : i + 1 < extensions.size() ? ", " : " and ";
    words += fmt::format("{}.{}", before, extensions[i]);
  }
  return words;
}

struct Beginning {
  std::string_view bytes;
  /// "a gzip file"
  std::string_view what;
  /// The format's extension; empty for one that is not read.
  std::string_view extension;
};

constexpr Beginning kBeginnings[] = {
    {"\x93NUMPY", "a NumPy array", "npy"},    {"%%MatrixMarket", "a MatrixMarket file", "mtx"},
    {"PK\x03\x04", "a zip file", "npz"},      {"\x89HDF\r\n\x1a\n", "an HDF5 file", "h5"},
    {"BZh91AY&SY", "a bzip2 file", ""},       {"PAR1\x15", "a Parquet file", ""},
    {"ARROW1", "an Arrow file", ""},          {"%PDF-", "a PDF file", ""},
    {"\xd0\xcf\x11\xe0", "an Excel file", ""}};

bool has_extension(const MatrixFormat& format, std::string_view extension) {
  return std::find(format.extensions.begin(), format.extensions.end(), extension) !=
         format.extensions.end();
}

}  // namespace

NamedFormat find_format(std::string_view path) {
  std::string lower(path);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const MatrixFormat& format : kFormats) {
    for (const std::string_view extension : format.extensions) {
      for (const Compression compression : kCompressions) {
        if (compression != Compression::none && !format.may_be_compressed) continue;
        std::string name = fmt::format("{}{}", extension, extension_of(compression));
        if (lower.ends_with("." + name)) return {&format, compression, std::move(name)};
      }
    }
  }
  return {};
}

NamedFormat format_of(const std::string& path, const std::string& asked_for) {
  NamedFormat named = find_format(asked_for.empty() ? path : "." + asked_for);
  // "csv" is found in "x.csv", too: nothing may stand before it.
  if (!asked_for.empty() && named.name.size() != asked_for.size()) named.format = nullptr;
  if (named.format == nullptr) {
    throw InvalidArgument(fmt::format(
        "{}; {} are read, each also compressed with .gz, .zst or .xz behind it, and {}",
        asked_for.empty()
            ? fmt::format(
                  "{}: cannot tell the format from the name; let format = csv or the like say it",
                  path)
            : fmt::format("format = {}: is none that nonneg reads", asked_for),
        extensions_in_words(true), extensions_in_words(false)));
  }
  if (asked_for.empty() || named.compression != Compression::none) return named;
  for (const Compression compression : kCompressions) {
    const std::string_view extension = extension_of(compression);
    if (extension.empty() || !named.format->may_be_compressed || !path.ends_with(extension))
      continue;
    named.compression = compression;
    named.name += extension;
  }
  return named;
}

void require_beginning(std::string_view bytes, const NamedFormat& named, const std::string& path) {
  if (named.compression != Compression::none) return;
  const Compression compression = compression_of(bytes);
  if (compression != Compression::none) {
    const std::string words = named.name + std::string(extension_of(compression));
    if (!named.format->may_be_compressed) {
      throw InvalidArgument(
          fmt::format("{}: is a {} file; decompress it", path, extension_of(compression)));
    }
    throw InvalidArgument(
        fmt::format("{}: is compressed, whatever its name says; let format = {} "
                    "inflate it, or add {} to its name",
                    path, words, extension_of(compression)));
  }
  for (const Beginning& beginning : kBeginnings) {
    if (!bytes.starts_with(beginning.bytes)) continue;
    if (!beginning.extension.empty() && has_extension(*named.format, beginning.extension)) return;
    throw InvalidArgument(
        fmt::format("{}: is {}, not {}{}", path, beginning.what, named.name,
                    beginning.extension.empty()
                        ? "; save it in a format that nonneg reads"
                        : fmt::format("; let format = {} read it", beginning.extension)));
  }
}

}  // namespace nonneg::io
