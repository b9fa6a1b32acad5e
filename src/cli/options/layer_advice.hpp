// SPDX-License-Identifier: Apache-2.0
/// What to take in place of a matrix that was refused for its negative entries.
#pragma once

#include <string>

#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {

/// Returns the library's message on the matrix of `file`; where it refuses a negative entry, and an
/// AnnData file has other layers, with those of them that hold none.
std::string with_layer_advice(const std::string& message, const MatrixFile& file);

}  // namespace nonneg::cli
