// SPDX-License-Identifier: Apache-2.0
/// Reads tables of numbers in text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/loaded_matrix.hpp"
#include "io/table_syntax.hpp"

namespace nonneg::io {

/// What becomes of cells where a number is missing: empty ones, "NA", "n/a", "null", "-" and the
/// like.
enum class MissingCells { refused, nan };

/// How a table is to be read.
struct TableRequest {
  CsvDialect dialect = CsvDialect::comma;
  MissingCells missing = MissingCells::refused;
  TableOptions table{};
  /// Columns to leave out, by name; in a table without names by number, from 1.
  std::vector<std::string> drop_columns{};
};

/// Returns the float64 matrix in a text, its names, and in words how it was read; MatrixFile::open
/// says which lines and columns hold names. Cells may be quoted ("" within for a quote), lines may
/// end in CR LF, blank lines may follow the last. One pass; the text is not needed afterwards.
/// Throws InvalidArgument with line and column for a cell that is no number, with line and counts
/// for rows of unequal length, and what find_syntax and find_layout throw.
LoadedMatrix read_csv(std::string_view text, const TableRequest& request, const std::string& name);

}  // namespace nonneg::io
