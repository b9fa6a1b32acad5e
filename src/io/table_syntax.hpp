// SPDX-License-Identifier: Apache-2.0
/// Finds how a table of text is written: what stands between its cells, and where its lines begin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/csv_cells.hpp"
#include "nonneg/open_options.hpp"

namespace nonneg::io {

enum class CsvDialect {
  /// ',' or, where the first line has none, ';'.
  comma,
  tab,
  /// Any, as long as one alone divides the lines.
  unknown
};

/// A table without its byte order mark and without Excel's "sep=" line.
struct TableText {
  std::string_view text;
  /// The number of the line that `text` begins with.
  std::size_t first_line = 1;
  TableSyntax syntax;
};

/// Throws InvalidArgument, with the remedy, for text that is not UTF-8, whose lines end in carriage
/// returns alone, or that seems to have another delimiter than its dialect has or `options` say;
/// and for options that contradict each other.
TableText find_syntax(std::string_view text, CsvDialect dialect, const TableOptions& options,
                      const std::string& name);

}  // namespace nonneg::io
