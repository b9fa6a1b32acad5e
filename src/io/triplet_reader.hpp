// SPDX-License-Identifier: Apache-2.0
/// Reads a matrix from a list of its entries: a row, a column and a value in each line.
#pragma once

#include <string>
#include <string_view>

#include "io/csv_reader.hpp"
#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Returns the sparse matrix that a table of three columns lists: row, column and value. Rows and
/// columns are known by their labels, whatever these are: there is one row for each label of the
/// first column, one column for each of the second. Labels that are all whole numbers ascend,
/// others stand as they first appear; they are the names. A pair of labels that comes more than
/// once is summed, with a warning. The first line is a header where its third cell is a name.
/// Throws InvalidArgument, with line and column, for a value that is no number, and where there are
/// more columns than three, or fewer, without those to drop.
LoadedMatrix read_triplets(std::string_view text, const TableRequest& request,
                           const std::string& name);

/// Whether a table seems to be such a list: three or four columns, of which the first two (row
/// names may be one of them) are labels that come again and again, but no pair of them twice.
bool looks_like_triplets(const LoadedMatrix& matrix);

}  // namespace nonneg::io
