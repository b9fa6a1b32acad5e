// SPDX-License-Identifier: Apache-2.0
/// The formats of files that matrices are read from, told apart by the ends of their names. A new
/// one is a reader in a file of its own and a row of the table in matrix_formats.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "io/compression.hpp"
#include "io/loaded_matrix.hpp"
#include "io/mapped_file.hpp"
#include "nonneg/open_options.hpp"

namespace nonneg::io {

/// What a format's reader is given.
struct FormatInput {
  const MappedFile& file;
  /// The file's name, for messages, and for libraries that open it themselves.
  const std::string& path;
  Compression compression;
  /// Which matrix of the file is meant; empty: the only one, or the one that the reader chooses.
  const std::string& dataset;
  const OpenOptions& options;
};

struct FoundMatrix {
  LoadedMatrix matrix;
  /// Which matrix of the file it is; empty where the file holds one.
  std::string dataset{};
  /// Whether its entries lie in the file's bytes, which must then be kept.
  bool in_file = false;
};

enum class Holds {
  one_matrix,
  /// Several, each with a name.
  arrays,
  /// Several, each at a path within the file: "counts.h5:/matrix" names one.
  paths
};

struct MatrixFormat {
  /// Of file names, without the dot.
  std::span<const std::string_view> extensions;
  /// Whether ".gz", ".zst" or ".xz" may stand behind them.
  bool may_be_compressed;
  /// Text is read once, from its first byte to its last.
  bool text;
  /// A table of text leaves out columns while it is read.
  bool table;
  Holds holds;
  /// Throws InvalidArgument for content that cannot be used, IoError, OutOfMemory, and NotAvailable
  /// in a build without the format's library.
  FoundMatrix (*read)(const FormatInput& input);
};

/// A format as a file's name has it.
struct NamedFormat {
  const MatrixFormat* format = nullptr;
  Compression compression = Compression::none;
  /// "csv.gz"
  std::string name{};

  /// Whether the file is read from its first byte to its last.
  bool in_order() const noexcept { return compression != Compression::none || format->text; }
};

/// Returns what the end of a path says, in letters of either case; `format` is null where it says
/// nothing.
NamedFormat find_format(std::string_view path);

/// Returns the format that is asked for ("csv", "tsv.gz", "triplets"), else what the path's end
/// says. Throws InvalidArgument, with all that can be read, where neither says anything.
NamedFormat format_of(const std::string& path, const std::string& asked_for);

/// Throws InvalidArgument, with the remedy, where a file begins as another format does than `named`
/// is: one that is compressed, say, under a plain name.
void require_beginning(std::string_view bytes, const NamedFormat& named, const std::string& path);

}  // namespace nonneg::io
