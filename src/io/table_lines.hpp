// SPDX-License-Identifier: Apache-2.0
/// The beginning of a table: how it is written, what its first lines hold, and where its data
/// begin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/csv_cells.hpp"
#include "io/table_layout.hpp"
#include "io/table_syntax.hpp"

namespace nonneg::io {

struct TableBeginning {
  TableText table;
  TableLayout layout;
  /// The first line's cells, where it names the columns; without the empty one of a trailing
  /// delimiter.
  std::vector<std::string> header;
  /// Cells of a line of data, a trailing delimiter's included, and the line they were counted in.
  std::size_t cells = 0;
  std::size_t cells_line = 1;
  /// Where the first line of data begins.
  CsvCursor::Place data{0, 1};

  /// Columns of the file, row names included.
  std::size_t columns() const { return cells - (layout.trailing ? 1 : 0); }
  /// The name of a column, counted from 0; null where the header has none.
  const std::string* name_of(std::size_t column) const {
    const std::size_t before = layout.short_header ? 1 : 0;
    return column >= before && column - before < header.size() ? &header[column - before] : nullptr;
  }
};

/// Throws InvalidArgument for a table without a line of data, and what find_syntax and find_layout
/// throw.
TableBeginning read_beginning(std::string_view text, CsvDialect dialect,
                              const TableOptions& options, bool missing, const std::string& name);

/// Returns which of the cells of a line `drop` leaves out: by the names in the header, or where
/// there is none by numbers from 1. The column of row names is none any more where it is one of
/// them. Throws InvalidArgument for one that there is not, and where none is left.
std::vector<bool> drop_columns(TableBeginning& beginning, const std::vector<std::string>& drop,
                               const std::string& name);

/// Throws InvalidArgument where the header leaves a column of data without a name: it may be a
/// further level of row names, or a name that was lost.
void require_names_of_columns(const TableBeginning& beginning, const std::vector<bool>& dropped,
                              const std::string& name);

/// How the table was read: "columns named a, b, c, ...; first column as row names".
std::string layout_words(const TableBeginning& beginning, const std::vector<bool>& dropped,
                         CsvDialect dialect);

}  // namespace nonneg::io
