// SPDX-License-Identifier: Apache-2.0
/// NaN among the stored entries of a sparse matrix.
#pragma once

#include <string>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Where a sparse matrix stores NaN, which marks a missing entry, makes it dense: its other zeros
/// are observed, as they are of dense data. Leaves any other matrix as it is. `name` heads the
/// message of OutOfMemory.
void spread_missing(LoadedMatrix& matrix, const std::string& name);

}  // namespace nonneg::io
