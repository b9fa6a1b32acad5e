// SPDX-License-Identifier: Apache-2.0
/// Some columns of a matrix, as a matrix of its own.
#pragma once

#include <span>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Copies the columns of A (m × n, dense or sparse) that `columns` names, each at most once where A
/// is sparse, in that order: m × columns.size(), in the stored type. Dense data whose rows are
/// adjacent stays column-major, all else is row-major. Without A's weights, whose columns are
/// selected by a call of their own, and without names. Throws InvalidArgument for a column that A
/// does not have, and OutOfMemory or std::bad_alloc.
LoadedMatrix select_columns(const DataView& A, std::span<const Index> columns);

}  // namespace nonneg::io
