/// The rules of the Frobenius loss: each needs of A only its product with the other factor, and the
/// other factor's Gram matrix.
#pragma once

#include <memory>

#include "nonneg/options.hpp"
#include "rules/update_rule.hpp"

namespace nonneg {

/// True for the Frobenius loss of complete data: all that these rules are for.
inline bool gram_rules_serve(const Options& options, const DataView& A) noexcept {
  return options.beta == kFrobenius && !is_weighted(options, A);
}

/// How W's rows and Ht's rows are updated: one row update serves either factor.
template <class T>
struct FactorUpdates {
  RowUpdate<T> W;
  RowUpdate<T> H;
};

/// Passes over a row of one factor per sweep that pay: a pass costs 2k² flops per row beside the
/// `other_length`·k·4 of the sweep's products (Gillis & Glineur 2012, section 4). `other_length` is
/// n for W and m for H.
Index chosen_repeats(Algorithm algorithm, Index other_length, Index rank) noexcept;

/// Frobenius rule `algorithm` for panels of at most panel_rows × n; `sparse` says what they are.
template <class T>
std::unique_ptr<UpdateRule<T>> make_gram_rule(Backend<T>& backend, Algorithm algorithm,
                                              const FactorUpdates<T>& updates, Index panel_rows,
                                              Index rank, bool sparse);

}  // namespace nonneg
