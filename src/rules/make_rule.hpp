// SPDX-License-Identifier: Apache-2.0
/// Which rule serves a run, and what it and the sums of a sweep hold. The only switch over rules.
#pragma once

#include "rules/beta_rule.hpp"
#include "rules/gram_rule.hpp"

namespace nonneg {

/// A rule for panels of at most panel_rows rows; of 0, one that updates H alone.
template <class T>
std::unique_ptr<UpdateRule<T>> make_rule(Backend<T>& backend, const RuleSettings<T>& settings,
                                         Index panel_rows) {
  return settings.mode.gram_rules_serve ? make_gram_rule(backend, settings, panel_rows)
                                        : make_beta_rule(backend, settings, panel_rows);
}

/// What such a rule holds; `quotients` as Backend::quotient_workspace says.
inline Buffers rule_needs(const LossMode& mode, Index panel_rows, Index cols, Index rank,
                          Index quotients) {
  return mode.gram_rules_serve ? gram_rule_needs(panel_rows, rank)
                               : beta_rule_needs(mode, panel_rows, cols, rank, quotients);
}

/// What a worker's terms hold.
template <class T>
Buffers terms_needs(const LossMode& mode, Index cols, Index rank) {
  return SweepTerms<T>::needs(cols, rank,
                              mode.gram_rules_serve ? rank : mode.denominator_rows(cols));
}

/// What a sweep holds: of each worker a rule for its panels and its terms, and a rule that updates
/// H.
template <class T>
Buffers sweep_needs(const LossMode& mode, Index panel_rows, Index cols, Index rank,
                    Index quotients) {
  Buffers needs = rule_needs(mode, panel_rows, cols, rank, quotients);
  needs.add(terms_needs<T>(mode, cols, rank));
  needs = needs.for_each_worker();
  needs.add(rule_needs(mode, 0, cols, rank, 0));
  return needs;
}

}  // namespace nonneg
