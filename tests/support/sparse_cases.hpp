// SPDX-License-Identifier: Apache-2.0
/// Sparse data of the tests.
#pragma once

#include <vector>

#include "nonneg/sparse_matrix.hpp"
#include "support/reference.hpp"

namespace nonneg::test {

/// The entries of A that are not 0, stored as T.
template <class T>
SparseMatrix to_sparse(const Dense& A) {
  std::vector<Index> rows;
  std::vector<Index> columns;
  std::vector<T> values;
  for (Index i = 0; i < A.rows; ++i) {
    for (Index j = 0; j < A.cols; ++j) {
      if (A(i, j) == 0) continue;
      rows.push_back(i);
      columns.push_back(j);
      values.push_back(static_cast<T>(A(i, j)));
    }
  }
  return SparseMatrix::from_triplets(A.rows, A.cols, rows, columns, values);
}

}  // namespace nonneg::test
