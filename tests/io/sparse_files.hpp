// SPDX-License-Identifier: Apache-2.0
/// tests/data/sparse, which tests/data/make_sparse.py writes, and the matrix that is in it.
#pragma once

#include <string>
#include <vector>

#include "io_testing.hpp"
#include "nonneg/matrix_file.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {

inline std::string sparse_file(const std::string& name) { return test_data("sparse/" + name); }

/// A of make_sparse.py, 4 x 5; COUNTS has 4 in place of 4.5.
inline std::vector<double> script_matrix(double entry = 4.5) {
  return {0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, entry, 0, 0, 0, 7, 0, 0};
}

inline const std::vector<std::string> kCells{"cell-a", "cell-b", "cell-\xC3\xA7", "cell-d"};
inline const std::vector<std::string> kGenes{"g1", "g2", "g3", "g4", "g5"};

inline void expect_sparse_file(const MatrixFile& file, ElementType type,
                               const std::vector<double>& expected) {
  ASSERT_TRUE(file.view().sparse()) << file.path();
  EXPECT_FALSE(file.mapped());
  EXPECT_EQ(file.view().type(), type) << file.path();
  EXPECT_EQ(dense_entries(file.view().stored()), expected) << file.path();
}

}  // namespace nonneg::test
