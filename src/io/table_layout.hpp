// SPDX-License-Identifier: Apache-2.0
/// Which lines and columns of a table hold names: found in its first lines, or asked for where they
/// allow more than one reading.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_cells.hpp"
#include "nonneg/open_options.hpp"

namespace nonneg::io {

struct TableLayout {
  /// Whether the first line names the columns.
  bool header = false;
  /// The header has no cell above the row names: R writes it so.
  bool short_header = false;
  /// A delimiter ends each line, and an empty cell after it is no column.
  bool trailing = false;
  /// The column that names the rows, counted from 1; 0: none.
  std::size_t index = 0;
  /// For each column, row names included, whether most of its cells seen are text.
  std::vector<bool> text_columns;
};

/// One line of a table, and its number in the file.
struct TableLine {
  std::size_t number = 1;
  std::vector<CsvCell> cells;
};

/// Returns the layout that the first lines (one or more, the table's first among them) have; what
/// `options` say is taken. `missing` tells whether cells may be empty. Throws InvalidArgument that
/// names the option that decides, where more than one reading makes sense.
TableLayout find_layout(const std::vector<TableLine>& lines, const TableOptions& options,
                        bool missing, const std::string& name);

/// What people write where a number is missing: "NA", "n/a", "null", "-" and the like.
bool is_missing_mark(std::string_view text);

/// Whether text that is no number may be one gone wrong: "7.5x", "1.234,5".
bool is_like_number(std::string_view text);

/// Whether the text is a truth value ("True", "FALSE"), which counts as 1 or 0.
bool is_truth(std::string_view text, double& value);

}  // namespace nonneg::io
