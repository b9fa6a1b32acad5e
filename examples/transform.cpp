// Fit on some rows, then express new rows in the components found: H stays, and W is solved for.
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>

int main() {
  // Each row mixes three bumps, in proportions that differ from row to row.
  nonneg::Matrix<double> A(50, 30);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = 0;
      for (int c = 0; c < 3; ++c) {
        const double distance = static_cast<double>(j) - 5.0 - 10.0 * c;
        A(i, j) += static_cast<double>((i * (c + 2)) % 7) * std::exp(-0.1 * distance * distance);
      }
    }
  }
  const auto seen = A.view().row_block(0, 40);
  const auto unseen = A.view().row_block(40, 10);

  nonneg::Options options;
  options.rank = 3;
  options.max_iterations = 1000;
  options.tolerance = 1e-12;
  const auto fitted = nonneg::factorize<double>(nonneg::DataView(seen), options);
  const auto H = fitted.H();
  const auto W = nonneg::transform<double>(nonneg::DataView(unseen), H.view(), options);

  double residual = 0, norm = 0;
  const auto product = nonneg::reconstruct<double>(W.view(), H.view(), 0, W.rows());
  for (nonneg::Index i = 0; i < unseen.rows(); ++i) {
    for (nonneg::Index j = 0; j < unseen.cols(); ++j) {
      residual += std::pow(unseen(i, j) - product(i, j), 2);
      norm += std::pow(unseen(i, j), 2);
    }
  }
  const double relative_error = std::sqrt(residual / norm);
  std::printf("relative error of 10 unseen rows: %.1e\n", relative_error);
  return relative_error < 1e-3 ? 0 : 1;
}
