// SPDX-License-Identifier: Apache-2.0
/// When to stop, and how the loss is read off a sweep's sums.
#pragma once

#include "nonneg/options.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// How far the component that moved most has moved (ComponentMoves).
struct LargestMoves {
  /// Since the check before.
  double since_last = 0;
  /// Since a check that leaves at least the last third of the run between.
  double over_last_third = 0;
};

/// What a run must have come to, to have converged.
struct StoppingRule {
  /// 0: never.
  double tolerance = 0;
  /// The most that a component may have moved. Infinity: that move is not asked for.
  LargestMoves allowed;
  /// Whether a move along a component's own scale counts: where penalties on both factors fix it.
  bool scale_counts = false;
  /// An objective that is no more than the rounding of A's own entries: an exact fit.
  double exact_fit = 0;

  bool asks_for_last() const noexcept;
};

/// The rule of a run whose options are resolved. Multiplicative updates creep: what moves little
/// from check to check may go far, so that only the last third of the run counts. Updates that are
/// exact minimisers (hals, anls) must have come to rest at both scales: their first sweeps may
/// dwell near a saddle.
StoppingRule stopping_rule(const Options& options, double exact_fit) noexcept;

/// What a check says of a run.
struct Advance {
  /// The objective of the first check, of the one before the last third of the run, and now.
  double first_objective = 0;
  double earlier_objective = 0;
  double objective = 0;
  LargestMoves moves;
};

/// True for an exact fit; and where no component has moved by more than it may, and the objective
/// has fallen by no more than sqrt(tolerance) times itself over the last third of the run, or is
/// negligible against the first (a residual of `tolerance` times the first). The objective alone
/// says little: that of noisy data hardly falls while the components still turn.
bool has_converged(const StoppingRule& rule, const Advance& advance) noexcept;

/// How far factors that are off by their own rounding are from A, as a share of the norm of A's
/// entries: no fit is better.
double fit_rounding(Precision compute_type) noexcept;

/// Below this share of ‖A‖², ‖A − W·H‖² is no longer what the Gram identity
/// ‖A‖² − 2⟨AᵀW, Ht⟩ + ⟨WᵀW, HᵀH⟩ can tell: its terms cancel, and their own rounding is left.
double cancellation_threshold(Precision compute_type) noexcept;

/// How far the identity may be off from one sweep to the next, as a share of ‖A‖².
double identity_rounding(Precision compute_type) noexcept;

}  // namespace nonneg
