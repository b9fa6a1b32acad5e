// SPDX-License-Identifier: Apache-2.0
/// The rules of the Frobenius loss: each needs of A only its product with the other factor, and the
/// other factor's Gram matrix.
#pragma once

#include <memory>

#include "rules/rule_settings.hpp"
#include "rules/update_rule.hpp"

namespace nonneg {

/// What a rule for panels of at most panel_rows rows holds: H·Hᵀ, and a panel's A_p·Ht.
inline Buffers gram_rule_needs(Index panel_rows, Index rank) {
  return {{"G", rank, rank}, {"P", panel_rows, rank}};
}

/// The rule of settings.algorithm for panels of at most panel_rows rows.
template <class T>
std::unique_ptr<UpdateRule<T>> make_gram_rule(Backend<T>& backend, const RuleSettings<T>& settings,
                                              Index panel_rows);

}  // namespace nonneg
