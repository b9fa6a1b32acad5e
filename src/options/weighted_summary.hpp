// SPDX-License-Identifier: Apache-2.0
/// Sums over A where its entries do not all count alike, or where the loss is not the Frobenius
/// one.
#pragma once

#include <limits>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// A row or a column of A, and the largest weight of its observed entries.
struct WeighedLine {
  double weight = std::numeric_limits<double>::infinity();
  bool is_row = true;
  Index index = -1;
};

/// Over the observed entries a of scale·A with their weights w; what sparse data does not store
/// counts as 0 with weight 1, unless Missing::zeros says that nobody observed it.
struct WeightedSums {
  /// Σ w.
  double weight = 0;
  /// Σ w·a and Σ w·a².
  double sum = 0;
  double sum_of_squares = 0;
  /// Σ w·a^β; of β = 1 Σ w·a·log(a), of β = 0 Σ w·log(a).
  double power_sum = 0;
  double max = 0;
  double max_weight = 0;

  // Where entries do not all count alike:
  /// The line of the least weight among those with an observed entry, and the lines without one, in
  /// order.
  WeighedLine least_line;
  std::vector<Index> unobserved_rows;
  std::vector<Index> unobserved_columns;
};

/// `options` must be resolved for A. Throws InvalidArgument naming the first entry, in row order,
/// that cannot be used: of A negative, infinite, NaN where that does not mark a missing entry, or 0
/// where β <= 0; of the weights negative or not finite.
WeightedSums weighted_sums(const DataView& A, const Options& options, double scale, int threads);

/// Σ w·a^β, for every β.
double power_sum(const WeightedSums& sums, double beta) noexcept;

/// Σ w·d_β(a, mean) over the observed entries of scale·A whose sums these are: the loss of their
/// mean, Σ w·a / Σ w > 0, as the model of every entry. Reads A once more, as the sums' terms
/// cancel.
double constant_model_loss(const DataView& A, const Options& options, double scale,
                           const WeightedSums& sums, int threads);

}  // namespace nonneg
