// SPDX-License-Identifier: Apache-2.0
/// How W·H is split between the columns of W and the rows of H that are handed out.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "nonneg/matrix_view.hpp"
#include "nonneg/options.hpp"
#include "options/units.hpp"
#include "solve/host_sums.hpp"

namespace nonneg {

/// True where nothing says how W·H is split: no penalty and no floor, factors that nobody gave, and
/// updates that do not depend on the split. `options` must be resolved.
inline bool split_is_free(const Options& options, bool given_factors) noexcept {
  const Penalties& p = options.penalties;
  const bool penalized = p.l1_w > 0 || p.l1_h > 0 || p.l2_w > 0 || p.l2_h > 0;
  return options.algorithm != Algorithm::mu && !given_factors && !penalized &&
         options.floor.value_or(0) == 0;
}

/// For each component j the c_j for which W_j·c_j is as long as H_j/c_j; 1 where one of them is 0.
inline std::vector<double> balancing_factors(const HostSums& sums) {
  const std::vector<double> of_w = sums.of_components(ComponentSum::w_squares);
  const std::vector<double> of_h = sums.of_components(ComponentSum::h_squares);
  std::vector<double> factors;
  for (std::size_t j = 0; j < of_w.size(); ++j) {
    const double ratio = of_h[j] / of_w[j];
    const bool usable = ratio > 0 && ratio <= std::numeric_limits<double>::max();
    factors.push_back(usable ? std::sqrt(std::sqrt(ratio)) : 1.0);
  }
  return factors;
}

/// What each column of W and of Ht that is handed out is multiplied by.
struct ColumnScales {
  std::vector<double> w;
  std::vector<double> h;
};

/// From the run's units to the caller's, of `rank` components; and balanced by the squares of the
/// factors' columns, where there are `squares`.
inline ColumnScales handed_out_scales(const ProblemUnits& units, Index rank,
                                      const HostSums* squares) {
  ColumnScales scales;
  scales.w = squares != nullptr ? balancing_factors(*squares)
                                : std::vector<double>(static_cast<std::size_t>(rank), 1.0);
  for (double& factor : scales.w) {
    scales.h.push_back(1 / factor / units.h);
    factor /= units.w;
  }
  return scales;
}

/// Multiplies each column by its scale, in place.
template <class T>
void rescale(MatrixView<T> factor, const std::vector<double>& scales) {
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index c = 0; c < factor.cols(); ++c) {
      const double scale = scales[static_cast<std::size_t>(c)];
      factor(i, c) = static_cast<T>(static_cast<double>(factor(i, c)) * scale);
    }
  }
}

}  // namespace nonneg
