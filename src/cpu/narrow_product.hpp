/// Products with a narrow right-hand side, of at most 8 columns, on one thread. General GEMM
/// kernels leave most of a vector's lanes idle there; these keep one row of B in one vector, and
/// run at the speed at which A arrives.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// The widest B that these take.
inline constexpr Index kNarrowColumns = 8;

/// C = A·B; A m × n, B n × k, k <= kNarrowColumns.
template <class T>
void narrow_multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C);

/// C += Aᵀ·B; A m × n, B m × k, C n × k, k <= kNarrowColumns.
template <class T>
void add_narrow_transposed_product(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C);

}  // namespace nonneg::cpu
