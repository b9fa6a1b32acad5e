// SPDX-License-Identifier: Apache-2.0
/// Factors as tables of text with names, which a spreadsheet, R and pandas open.
#pragma once

#include <string>
#include <vector>

#include "nonneg/result.hpp"
#include "records/run_directory.hpp"

namespace nonneg::records {

inline constexpr const char* kWTableFile = "W.tsv";
inline constexpr const char* kHTableFile = "H.tsv";
inline constexpr const char* kTopTableFile = "top.tsv";

/// The names of A's rows and columns; empty where it has none: they are then row_1 … and
/// column_1 ….
struct AxisNames {
  const std::vector<std::string>& rows;
  const std::vector<std::string>& columns;
};

/// "component_1", for component 0.
std::string component_name(Index component);
/// The cell of a name in a table with tabs between: in double quotes where it has a tab, a double
/// quote or a line end, or a blank at one of its ends.
std::string table_cell(const std::string& text);

/// Returns the files: W (a line for each row of A), H (a line for each component), and the `top`
/// largest features of each component. The first cell of W's and H's first line is empty, as
/// pandas and R read it; numbers have all their digits. `result` and `names` must outlive them.
template <class T>
std::vector<TextFile> factor_tables(const Result<T>& result, const AxisNames& names, Index top);

}  // namespace nonneg::records
