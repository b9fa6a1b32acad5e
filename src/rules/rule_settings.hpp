// SPDX-License-Identifier: Apache-2.0
/// What a rule is made from, whichever it is.
#pragma once

#include "options/loss_mode.hpp"
#include "rules/factor_updates.hpp"

namespace nonneg {

template <class T>
struct RuleSettings {
  LossMode mode;
  /// Never Algorithm::automatic.
  Algorithm algorithm = Algorithm::mu;
  FactorUpdates<T> updates;
  /// The smallest entry of a model that is told from 0 (least_model()).
  T least = 0;
  /// n and k.
  Index cols = 0;
  Index rank = 0;

  bool operator==(const RuleSettings&) const = default;
};

}  // namespace nonneg
