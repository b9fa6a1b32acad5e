// SPDX-License-Identifier: Apache-2.0
/// Sparse data whose rows are of very different fill.
#pragma once

#include "support/counted_cases.hpp"

namespace nonneg::test {

/// Planted entries of which some rows store all, some none, the others a few.
class UnevenSparse {
 public:
  /// Values of `type`, float32 or float64.
  UnevenSparse(Index rows, Index cols, ElementType type, bool weighted)
      : weighted_(weighted), dense_(noisy_planted(rows, cols, 3, 81)) {
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < cols; ++j) {
        const bool full = i % 8 == 5;
        const bool empty = i % 8 == 6 || i == rows - 1 || i == 0;
        if (!full && (empty || (7 * i + 3 * j) % 4 != 0)) dense_(i, j) = 0;
      }
    }
    Dense weights = random_matrix(rows, cols, 82, 0.5, 2);
    for (std::size_t e = 0; e < weights.entries.size(); e += 5) weights.entries[e] = 0;
    if (type == ElementType::float32) {
      stored_ = to_sparse<float>(dense_);
      weights_ = to_sparse<float>(weights);
    } else {
      stored_ = to_sparse<double>(dense_);
      weights_ = to_sparse<double>(weights);
    }
  }

  DataView view() const {
    const DataView A = stored_.view();
    return weighted_ ? A.weighted_by(DataView(weights_.view())) : A;
  }

  const Dense& dense() const { return dense_; }

 private:
  bool weighted_;
  /// As stored, but for the rounding of float32.
  Dense dense_;
  SparseMatrix stored_;
  SparseMatrix weights_;
};

}  // namespace nonneg::test
