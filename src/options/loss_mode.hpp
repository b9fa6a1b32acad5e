// SPDX-License-Identifier: Apache-2.0
/// What the loss of a run, and the kind of its data, ask of each panel.
#pragma once

#include "options/resolve.hpp"

namespace nonneg {

struct LossMode {
  double beta = kFrobenius;
  /// A is sparse, and so are its panels.
  bool sparse = false;
  /// The Frobenius loss of complete data: the rules that need A's products and Gram matrices alone
  /// serve it.
  bool gram_rules_serve = true;
  /// Zeros that sparse data does not store are observed.
  bool zeros_observed = true;
  /// The denominators are sums over a factor's rows, the same for each row of the other factor:
  /// Kullback-Leibler, every entry counting 1.
  bool sums_as_denominators = false;
  /// Sparse panels are made dense, one at a time: every entry of the model is needed.
  bool makes_dense = false;

  /// `options` must be resolved for A (but for its algorithm, which plays no part).
  LossMode(const Options& options, const DataView& A) noexcept
      : beta(options.beta),
        sparse(A.sparse()),
        gram_rules_serve(options.beta == kFrobenius && !is_weighted(options, A)),
        zeros_observed(options.missing != Missing::zeros),
        sums_as_denominators(options.beta == kKullbackLeibler && !is_weighted(options, A)),
        makes_dense(sparse && zeros_observed && options.beta != kKullbackLeibler &&
                    options.beta != kFrobenius) {}

  bool operator==(const LossMode&) const = default;

  /// The model of a sparse panel is taken at its stored entries alone.
  bool samples() const noexcept { return sparse && !makes_dense; }
  /// Rows of the denominators of a factor that has `rows`.
  Index denominator_rows(Index rows) const noexcept { return sums_as_denominators ? 1 : rows; }
};

}  // namespace nonneg
