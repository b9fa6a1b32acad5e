// SPDX-License-Identifier: Apache-2.0
/// A matrix that host code goes through, wherever it lies.
#pragma once

#include <algorithm>

#include "backend/backend.hpp"

namespace nonneg {

/// What becomes of a matrix's rows on the host.
enum class OnHost { read, changed, filled };

/// Calls body(first_row, rows) for F's rows in order, a block on the host at a time: F itself where
/// it lies there, else copies, which are brought back where `What` says so.
template <OnHost What, class T, class E, class Body>
void for_each_rows_on_host(Backend<T>& backend, MatrixView<E> F, const Body& body) {
  if (F.space() == MemorySpace::host) {
    body(Index{0}, F);
    return;
  }
  constexpr Index kBlockEntries = 1 << 18;
  const Index block = std::max<Index>(1, kBlockEntries / std::max<Index>(1, F.cols()));
  Matrix<T> rows(std::min(block, F.rows()), F.cols());
  for (Index first = 0; first < F.rows(); first += block) {
    const Index count = std::min(block, F.rows() - first);
    const MatrixView<T> copy = rows.view().row_block(0, count);
    if constexpr (What != OnHost::filled) backend.copy(F.row_block(first, count), copy);
    body(first, MatrixView<E>(copy));
    if constexpr (What != OnHost::read) backend.copy(copy, F.row_block(first, count));
  }
}

}  // namespace nonneg
