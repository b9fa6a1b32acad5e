// SPDX-License-Identifier: Apache-2.0
/// Updates of a factor's rows from their products, on one thread, vectorised across rows.
#pragma once

#include "backend/backend.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// Rows are updated in blocks of this many, one row per vector lane.
inline constexpr Index kRowBlock = 64;

/// See Backend::multiplicative_update.
template <class T>
void multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                           const RowUpdate<T>& update);

/// See Backend::hals_update.
template <class T>
void hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                 const RowUpdate<T>& update);

}  // namespace nonneg::cpu
