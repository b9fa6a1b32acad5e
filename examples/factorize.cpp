// SPDX-License-Identifier: Apache-2.0
// One call: A ≈ W·H for a small matrix in a std::vector that has an exact factorization.
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <vector>

int main() {
  // Four samples of five features, row after row, each a non-negative mix of two components.
  const std::vector<float> A = {1, 0, 2, 0, 1,   //
                                0, 3, 0, 1, 0,   //
                                2, 3, 4, 1, 2,   //
                                1, 6, 2, 2, 1};  //
  nonneg::Options options;
  options.rank = 2;
  options.max_iterations = 500;
  options.tolerance = 0;
  const nonneg::Result<float> result = nonneg::factorize(A, 4, 5, options);

  const nonneg::Matrix<float> H = result.H();
  for (nonneg::Index c = 0; c < H.rows(); ++c) {
    std::printf("component %d:", static_cast<int>(c));
    for (nonneg::Index j = 0; j < H.cols(); ++j) std::printf(" %6.3f", H(c, j));
    std::printf("\n");
  }
  std::printf("relative error %.1e after %d iterations\n", result.relative_error,
              static_cast<int>(result.iterations));
  return result.relative_error < 1e-4 ? 0 : 1;
}
