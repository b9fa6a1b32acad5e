// SPDX-License-Identifier: Apache-2.0
// Factorizes a 3 × 2 matrix of rank 1, catches an error across the library's border, and says which
// version it ran with.
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>

int main() {
  const double entries[] = {1, 2, 2, 4, 3, 6};
  const nonneg::MatrixView<const double> A(entries, 3, 2);

  nonneg::Options options;
  options.rank = 1;
  const auto result = nonneg::factorize(A, options);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      if (!(std::abs(result.W(i, 0) * result.Ht(j, 0) - A(i, j)) < 1e-6)) {
        std::fprintf(stderr, "entry (%d, %d) is not reproduced\n", int(i), int(j));
        return 1;
      }
    }
  }

  options.rank = 0;
  try {
    (void)nonneg::factorize(A, options);
    std::fprintf(stderr, "rank 0 was accepted\n");
    return 1;
  } catch (const nonneg::InvalidArgument&) {
  }

  const auto version = nonneg::version();
  std::printf("nonneg %.*s\n", int(version.size()), version.data());
  return 0;
}
