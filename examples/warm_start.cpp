// SPDX-License-Identifier: Apache-2.0
// A warm start: when data has changed a little, a run goes on from the factors of the former one.
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>

namespace {

// 80 × 50: each row mixes four bumps, which `day` shifts slightly.
nonneg::Matrix<float> measured(int day) {
  nonneg::Matrix<float> A(80, 50);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = 0;
      for (int c = 0; c < 4; ++c) {
        const float distance = static_cast<float>(j) - 6.0F - 12.0F * static_cast<float>(c) -
                               0.02F * static_cast<float>(day);
        A(i, j) += static_cast<float>((i * (c + 2)) % 9) * std::exp(-0.05F * distance * distance);
      }
    }
  }
  return A;
}

}  // namespace

int main() {
  nonneg::Options options;
  options.rank = 4;
  const nonneg::Result<float> yesterday = nonneg::factorize(measured(0), options);

  const nonneg::Matrix<float> A = measured(1);
  options.max_iterations = 5;
  const nonneg::Result<float> cold = nonneg::factorize(A, options);
  // Views of yesterday's factors, which must live until the call has ended.
  const nonneg::Result<float> warm = nonneg::factorize(A, options, nonneg::start_from(yesterday));

  std::printf("relative error after 5 iterations: %.1e cold, %.1e warm\n", cold.relative_error,
              warm.relative_error);
  return warm.relative_error < 0.2 * cold.relative_error ? 0 : 1;
}
