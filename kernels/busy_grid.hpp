// SPDX-License-Identifier: Apache-2.0
/// Grids as large as a device has use for.
#pragma once

#include <vector_types.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Blocks of a grid for each multiprocessor: two rounds of what it holds where threads have
/// few registers, and more rounds where they have many, so that none is left idle long.
inline constexpr Index kBlocksPerMultiprocessor = 16;

/// Blocks for `items` in pieces of `items_per_block`, at most kBlocksPerMultiprocessor for each
/// multiprocessor of the current device; kernels stride over the rest. Not for sums, whose order
/// must not depend on the device.
unsigned busy_grid(Index items, Index items_per_block);

/// The same in two dimensions: x along the columns, y along the rows.
dim3 busy_grid(Index cols, Index cols_per_block, Index rows, Index rows_per_block);

}  // namespace nonneg::cuda
