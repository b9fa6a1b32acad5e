// SPDX-License-Identifier: Apache-2.0
/// Multiplicative updates of any β-divergence, with weights and missing entries (Févotte & Idier,
/// Neural Computation 23(9), 2011, arXiv:1010.1763).
#pragma once

#include <memory>

#include "rules/rule_settings.hpp"
#include "rules/update_rule.hpp"

namespace nonneg {

/// What a rule for panels of at most panel_rows × cols holds: numerators and denominators of a
/// panel's rows, the workspace of `quotients` entries that the backend asks for
/// (Backend::quotient_workspace), and a sparse panel made dense.
inline Buffers beta_rule_needs(const LossMode& mode, Index panel_rows, Index cols, Index rank,
                               Index quotients) {
  const bool forms_quotients = !mode.samples() && panel_rows > 0;
  return {{"P", panel_rows, rank},
          {"D", mode.denominator_rows(panel_rows), rank},
          {"quotients", forms_quotients ? 1 : 0, quotients},
          {"dense panel", forms_quotients && mode.sparse ? panel_rows : 0, cols}};
}

/// The rule for panels of at most panel_rows rows.
template <class T>
std::unique_ptr<UpdateRule<T>> make_beta_rule(Backend<T>& backend, const RuleSettings<T>& settings,
                                              Index panel_rows);

}  // namespace nonneg
