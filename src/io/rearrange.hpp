// SPDX-License-Identifier: Apache-2.0
/// A matrix that a reader found, turned or cut before it is handed out.
#pragma once

#include <string>
#include <vector>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Makes the matrix its transpose, names included. Dense data stays where it lies; sparse data is
/// turned to rows anew, in one pass. Throws OutOfMemory, and InvalidArgument for sparse data of
/// more than 2^31 - 1 rows.
void transpose(LoadedMatrix& matrix);

/// Leaves out the columns of these names. `name` is the file's, for messages. Throws
/// InvalidArgument where the matrix has no names of columns, or none of one of these.
void drop_columns(LoadedMatrix& matrix, const std::vector<std::string>& names,
                  const std::string& name);

/// Keeps only the columns that `list`, a file of one name per line, names, in the order in which
/// they are. Throws InvalidArgument where the matrix has no names of columns, for a name that none
/// has, or more than one, and what reading the list throws.
void keep_columns(LoadedMatrix& matrix, const std::string& list, const std::string& name);

/// Makes each name of a row or column one line of UTF-8 (base/utf8.hpp), as run.json and files of
/// names hold it, and warns of those that were not. `name` is the file's.
void settle_names(LoadedMatrix& matrix, const std::string& name);

}  // namespace nonneg::io
