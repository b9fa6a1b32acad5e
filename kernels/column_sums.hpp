// SPDX-License-Identifier: Apache-2.0
/// Launchers of kernels/column_sums.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// Columns that one pass takes, and most partial sums of each: what the workspaces hold.
inline constexpr Index kColumnsPerPass = 4096;
inline constexpr Index kMaxColumnPartials = 64;
/// Doubles of the workspace.
inline constexpr Index kColumnSumDoubles = kColumnsPerPass * kMaxColumnPartials;

/// sums (1 × k) += the columns of F, added up in double. `workspace` has kColumnSumDoubles entries.
template <class T>
void launch_add_column_sums(MatrixView<const T> F, double* workspace, MatrixView<T> sums,
                            cudaStream_t stream);

/// sums[c] = Σ_i X(i, c)·Y(i, c) in double; `workspace` as above.
template <class T>
void launch_column_dots(MatrixView<const T> X, MatrixView<const T> Y, double* workspace,
                        double* sums, cudaStream_t stream);

/// partials (count × cols) = sums over shares of F's rows; returns count, by F's shape alone. F has
/// at most kColumnsPerPass columns.
template <class T>
Index launch_column_partials(MatrixView<const T> F, double* partials, cudaStream_t stream);

}  // namespace nonneg::cuda
