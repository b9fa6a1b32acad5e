/// Reads tables of numbers in text.
#pragma once

#include <string>
#include <string_view>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// What becomes of cells where a number is missing: empty ones, "NA", "n/a", "null", "-" and the
/// like.
enum class MissingCells { refused, nan };

enum class CsvDialect {
  /// ',' or, where the first line has none, ';'.
  comma,
  tab
};

/// Returns the float64 matrix in a text, and its names; MatrixFile::open says which lines and
/// columns hold names. Cells may be quoted ("" within for a quote), lines may end in CR LF, blank
/// lines may follow the last. One pass; the text is not needed afterwards. Throws InvalidArgument
/// with line and column for a cell that is no number, with line and counts for rows of unequal
/// length.
LoadedMatrix read_csv(std::string_view text, CsvDialect dialect, const std::string& name,
                      MissingCells missing = MissingCells::refused);

}  // namespace nonneg::io
