// SPDX-License-Identifier: Apache-2.0
/// Products with a narrow right-hand side on one thread. General GEMM kernels leave lanes idle
/// there, and pack operands for little use; these keep a strip of B's row in one vector and A where
/// it lies.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// The widest B that these take.
inline constexpr Index kNarrowColumns = 20;

/// C = A·B; A m × n, B n × k, k <= kNarrowColumns.
template <class T>
void narrow_multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C);

/// C += Aᵀ·B; A m × n, B m × k, C n × k, k <= kNarrowColumns.
template <class T>
void add_narrow_transposed_product(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C);

}  // namespace nonneg::cpu
