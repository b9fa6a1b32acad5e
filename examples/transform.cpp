// SPDX-License-Identifier: Apache-2.0
// Fit on some rows, then express batches of new rows in the components found: H stays, and W is
// solved for. A Transformer keeps what depends on H alone.
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>

int main() {
  // Each row mixes three bumps, in proportions that differ from row to row.
  nonneg::Matrix<double> A(100, 30);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = 0;
      for (int c = 0; c < 3; ++c) {
        const double distance = static_cast<double>(j) - 5.0 - 10.0 * c;
        A(i, j) += static_cast<double>((i * (c + 2)) % 7) * std::exp(-0.1 * distance * distance);
      }
    }
  }
  nonneg::Options options;
  options.rank = 3;
  options.max_iterations = 1000;
  options.tolerance = 1e-12;
  const nonneg::Result<double> fitted = nonneg::factorize(A.view().row_block(0, 40), options);
  const nonneg::Matrix<double> H = fitted.H();

  nonneg::Transformer transformer(H, options);
  double residual = 0, norm = 0;
  for (nonneg::Index first = 40; first < A.rows(); first += 10) {
    const auto batch = A.view().row_block(first, 10);
    const nonneg::Matrix<double> W = transformer.transform(batch);
    const auto product = nonneg::reconstruct(W, H);
    for (nonneg::Index i = 0; i < batch.rows(); ++i) {
      for (nonneg::Index j = 0; j < batch.cols(); ++j) {
        residual += std::pow(batch(i, j) - product(i, j), 2);
        norm += std::pow(batch(i, j), 2);
      }
    }
  }
  const double relative_error = std::sqrt(residual / norm);
  std::printf("relative error of 6 batches of 10 unseen rows: %.1e\n", relative_error);
  return relative_error < 1e-3 ? 0 : 1;
}
