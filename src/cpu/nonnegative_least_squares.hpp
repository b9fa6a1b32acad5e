// SPDX-License-Identifier: Apache-2.0
/// Non-negative least squares for each row of a factor, exactly, by block principal pivoting (Kim &
/// Park 2011).
#pragma once

#include "backend/backend.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// Does what Backend::anls_update does, on one thread. A row that is not solved after `exchanges`
/// exchanges is left where coordinate descent from its old values ends.
template <class T>
void anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                 const RowUpdate<T>& update, Index exchanges);

/// The bytes that anls_update of k components takes on each thread.
double anls_workspace_bytes(Index k);

}  // namespace nonneg::cpu
