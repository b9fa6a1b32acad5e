// SPDX-License-Identifier: Apache-2.0
/// What each component of a run explains of A.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "nonneg/result.hpp"
#include "options/units.hpp"
#include "solve/host_sums.hpp"

namespace nonneg {

/// Explained::By::loss_rise in the caller's units, from sums that RunSums::add_up_explained() has
/// taken, and ‖A‖² in the run's units.
inline Explained explained_of_loss(const HostSums& sums, const ProblemUnits& units,
                                   double sum_of_squares) {
  const std::vector<double> w_squares = sums.of_components(ComponentSum::w_squares);
  const std::vector<double> h_squares = sums.of_components(ComponentSum::h_squares);
  const std::vector<double> cross = sums.of_components(ComponentSum::cross);
  const std::vector<double> quadratic = sums.of_components(ComponentSum::quadratic);
  Explained explained{.by = Explained::By::loss_rise, .amounts = {}, .shares = {}};
  for (std::size_t q = 0; q < cross.size(); ++q) {
    const double rise = 0.5 * w_squares[q] * h_squares[q] + cross[q] - quadratic[q];
    explained.amounts.push_back(units.callers_objective(rise));
    explained.shares.push_back(sum_of_squares > 0 ? 2 * rise / sum_of_squares : 0.0);
  }
  return explained;
}

/// Explained::By::model_sum of factors on the host.
template <class T>
Explained explained_of_model(MatrixView<const T> W, MatrixView<const T> Ht) {
  const auto column_sums = [](MatrixView<const T> factor) {
    std::vector<double> sums(static_cast<std::size_t>(factor.cols()), 0.0);
    for (Index i = 0; i < factor.rows(); ++i) {
      for (std::size_t q = 0; q < sums.size(); ++q) {
        sums[q] += static_cast<double>(factor.row(i)[q]);
      }
    }
    return sums;
  };
  const std::vector<double> of_w = column_sums(W);
  const std::vector<double> of_h = column_sums(Ht);
  Explained explained{.by = Explained::By::model_sum, .amounts = {}, .shares = {}};
  for (std::size_t q = 0; q < of_w.size(); ++q) explained.amounts.push_back(of_w[q] * of_h[q]);
  const double total = std::accumulate(explained.amounts.begin(), explained.amounts.end(), 0.0);
  for (const double amount : explained.amounts) {
    explained.shares.push_back(total > 0 ? amount / total : 0.0);
  }
  return explained;
}

}  // namespace nonneg
