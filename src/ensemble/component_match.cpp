// SPDX-License-Identifier: Apache-2.0
#include "ensemble/component_match.hpp"

#include <algorithm>
#include <cmath>

namespace nonneg::ensemble {
namespace {

/// The rows at length 1; those of zeros stay so.
Matrix<double> unit_rows(MatrixView<const double> X) {
  Matrix<double> unit(X.rows(), X.cols());
  for (Index i = 0; i < X.rows(); ++i) {
    const double* row = X.row(i);
    const double largest = X.cols() > 0 ? *std::max_element(row, row + X.cols()) : 0.0;
    double squares = 0;
    for (Index j = 0; j < X.cols(); ++j) {
      unit(i, j) = largest > 0 ? row[j] / largest : 0.0;
      squares += unit(i, j) * unit(i, j);
    }
    for (Index j = 0; j < X.cols(); ++j) unit(i, j) /= squares > 0 ? std::sqrt(squares) : 1.0;
  }
  return unit;
}

}  // namespace

Matrix<double> cosines(MatrixView<const double> X, MatrixView<const double> Y) {
  const Matrix<double> unit_x = unit_rows(X);
  const Matrix<double> unit_y = unit_rows(Y);
  Matrix<double> found(X.rows(), Y.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index j = 0; j < Y.rows(); ++j) {
      double sum = 0;
      for (Index f = 0; f < X.cols(); ++f) sum += unit_x(i, f) * unit_y(j, f);
      found(i, j) = std::min(sum, 1.0);
    }
  }
  return found;
}

std::vector<ComponentMatch> match_components(MatrixView<const double> cosines) {
  const std::vector<Index> assigned = best_assignment(cosines);
  std::vector<ComponentMatch> matches(assigned.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    ComponentMatch& match = matches[i];
    const auto row = static_cast<Index>(i);
    if (assigned[i] != kNone && cosines(row, assigned[i]) > 0) {
      match.reference = assigned[i];
      match.cosine = cosines(row, assigned[i]);
    }
    for (Index j = 0; j < cosines.cols(); ++j) {
      if (!(cosines(row, j) > match.nearest_cosine)) continue;
      match.nearest = j;
      match.nearest_cosine = cosines(row, j);
    }
  }
  return matches;
}

}  // namespace nonneg::ensemble
