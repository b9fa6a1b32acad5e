// SPDX-License-Identifier: Apache-2.0
// Eigen's matrices: a column-major one, Eigen's default, is read where it lies, and so are the
// factors.
#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cstdio>
#include <nonneg/eigen.hpp>
#include <nonneg/nonneg.hpp>

int main() {
  // 60 × 40 of rank 3, from non-negative factors that are made up.
  const Eigen::MatrixXd planted_W = (Eigen::MatrixXd::Random(60, 3).array() + 0.2).max(0).matrix();
  const Eigen::MatrixXd planted_H = (Eigen::MatrixXd::Random(3, 40).array() + 0.2).max(0).matrix();
  const Eigen::MatrixXd A = planted_W * planted_H;

  nonneg::Options options;
  options.rank = 3;
  options.max_iterations = 2000;
  options.tolerance = 1e-10;
  const nonneg::Result<double> dense = nonneg::factorize(A, options);
  const double difference = (A - nonneg::eigen_w(dense) * nonneg::eigen_h(dense)).norm() / A.norm();
  std::printf("dense, column-major: ||A - WH|| / ||A|| = %.1e\n", difference);

  // A row-major sparse matrix is read where it lies, too: here, the same entries.
  const Eigen::SparseMatrix<double, Eigen::RowMajor> stored = A.sparseView();
  const nonneg::Result<double> sparse = nonneg::factorize(stored, options);
  std::printf("sparse: relative error %.1e\n", sparse.relative_error);

  // A block of another matrix needs no copy either.
  const nonneg::Result<double> half = nonneg::factorize(A.leftCols(20), options);
  std::printf("left half: W is %d x %d, H is %d x %d\n", static_cast<int>(half.W.rows()),
              static_cast<int>(half.W.cols()), static_cast<int>(half.Ht.cols()),
              static_cast<int>(half.Ht.rows()));
  const bool exact = difference < 1e-2 && sparse.relative_error < 1e-2;
  return exact && half.Ht.rows() == 20 ? 0 : 1;
}
