// SPDX-License-Identifier: Apache-2.0
/// What the solver must know of A before the first sweep.
#pragma once

#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

struct DataSummary {
  /// Observed entries, by their weights where there are any.
  double weight = 0;
  /// The mean of scale·A's observed entries, and ‖scale·A‖², by their weights where there are any.
  double scaled_mean = 0;
  double scaled_sum_of_squares = 0;
  /// The loss that a run's is relative to: ½‖scale·A‖² of the Frobenius loss, that of the mean as
  /// the model of every entry for another; where the entries are all equal to rounding of the
  /// compute type, ½·Σ weight·mean^β. 0 where they are all 0.
  double scaled_reference_loss = 0;
  /// Σ a^β of scale·A's observed entries, by their weights where there are any: a model that is off
  /// by a small share e everywhere has a loss of ½·e² times this.
  double scaled_power_sum = 0;
  /// A power of 4 that brings A's entries into the compute type's comfortable range; 1 where they
  /// are there already. Factors of scale·A are sqrt(scale) times the factors of A.
  double scale = 1;
  /// A power of 2 that brings the weights into that range, in which all of the above is told; 1
  /// where they are there already, and where there are none.
  double weight_scale = 1;
  /// Rows and columns of A without an observed entry, in order.
  std::vector<Index> unobserved_rows;
  std::vector<Index> unobserved_columns;
};

/// A, whose weights count `scale` times what they do.
DataView with_weights_scaled(const DataView& A, double scale);

/// Reads A once; once more where it or its weights must be scaled, and once more for β other
/// than 2. Throws InvalidArgument when A is empty, or naming the first entry, in row order, that is
/// negative, NaN or infinite, or that the loss does not take; or where the loss in A's own units,
/// of the size of Σ a^β, leaves double; or where the weights lie so far apart that all of a row's
/// or a column's vanish in the compute type. `options` must be resolved for A, with the precision
/// that the factors are computed in.
DataSummary summarize(const DataView& A, const Options& options, int threads);

}  // namespace nonneg
