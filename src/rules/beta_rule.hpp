/// Multiplicative updates of any β-divergence, with weights and missing entries (Févotte & Idier,
/// Neural Computation 23(9), 2011, arXiv:1010.1763).
#pragma once

#include <memory>

#include "nonneg/data_view.hpp"
#include "rules/gram_rule.hpp"
#include "rules/update_rule.hpp"

namespace nonneg {

/// What a run with these options does to each panel.
struct BetaWork {
  double beta = kFrobenius;
  /// Zeros that sparse data does not store are observed.
  bool zeros_observed = true;
  /// The denominators are sums over a factor's rows, the same for each row of the other factor:
  /// Kullback-Leibler, every entry counting 1.
  bool sums_as_denominators = false;
  /// Sparse panels are made dense, one at a time: every entry of the model is needed.
  bool makes_dense = false;

  /// `options` must be settled for A.
  BetaWork(const Options& options, const DataView& A) noexcept
      : beta(options.beta),
        zeros_observed(options.missing != Missing::zeros),
        sums_as_denominators(options.beta == kKullbackLeibler && !is_weighted(options, A)),
        makes_dense(A.sparse() && zeros_observed && options.beta != kKullbackLeibler &&
                    options.beta != kFrobenius) {}

  /// The model of a sparse panel is taken at its stored entries alone.
  bool samples(bool sparse) const noexcept { return sparse && !makes_dense; }
  /// Rows of the denominators of a factor that has `rows`.
  Index denominator_rows(Index rows) const noexcept { return sums_as_denominators ? 1 : rows; }
};

/// The exponent of the update that never raises the β-divergence.
double update_exponent(double beta) noexcept;

/// Rule for panels of at most panel_rows × cols. `least` is the smallest entry of a model that is
/// told from 0.
template <class T>
std::unique_ptr<UpdateRule<T>> make_beta_rule(Backend<T>& backend, const BetaWork& work,
                                              const FactorUpdates<T>& updates, T least,
                                              Index panel_rows, Index cols, Index rank,
                                              bool sparse);

}  // namespace nonneg
