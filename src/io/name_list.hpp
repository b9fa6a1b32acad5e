/// Names of rows and columns in files of their own: one a line.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::io {

/// Returns the lines of the file at `path`, without their ends ("\n" or "\r\n"); a byte order mark
/// is skipped. Throws IoError where it cannot be read, InvalidArgument unless there are `wanted` of
/// them, one for each of what `lines` says ("rows").
std::vector<std::string> read_names(const std::string& path, Index wanted, const char* lines);

}  // namespace nonneg::io
