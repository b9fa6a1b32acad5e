// SPDX-License-Identifier: Apache-2.0
/// How far H is carried on along its last step, and when a sweep is undone (Ang & Gillis, Neural
/// Computation 31(2), 2019). Plain arithmetic on a few doubles, so that a device decides by itself
/// and no sweep waits for the host.
#pragma once

#include "formulas/at_least.hpp"
#include "formulas/run_sums.hpp"

namespace nonneg {

/// What of a run the decision needs, in the run's units.
struct StepRule {
  /// ‖A‖².
  double sum_of_squares = 0;
  /// How far the Gram identity may be off from one sweep to the next.
  double rounding = 0;
  /// Whether there are penalties. Where not, the factors' sums are not read.
  bool penalized = false;
  double l1_w = 0;
  double l1_h = 0;
  double l2_w = 0;
  double l2_h = 0;
};

/// The decision's memory. All zeros: nothing decided yet.
struct StepState {
  enum At : Index {
    /// 1 once there was a sweep.
    started,
    /// The beta of H + beta·(H − H_previous) for the next sweep: 0 where H is not carried on.
    beta,
    /// 1 where the last sweep raised the objective and is to be undone.
    undone,
    /// The least objective so far.
    accepted,
    /// The next beta: grows while the objective falls and is cut back when it rose.
    factor,
    /// What it may grow to.
    most,
    count
  };
};
static_assert(Index{RunSum::step_state} + Index{StepState::count} == Index{RunSum::count});

/// The square of the factor that brings a component of H from its last norm to its norm now, by
/// their squares. W·H is the same whatever the norm, so that a step along it is no progress, and a
/// step that kept its part along the norm would carry the scales of W and H apart without end. 1
/// where either norm is 0 or its square has left T.
template <class T>
constexpr T squared_rescaling(T squared_norm, T previous_squared_norm) {
  const T ratio = squared_norm / previous_squared_norm;
  // Written so that NaN and infinity give 1.
  return ratio > T{0} && ratio - ratio == T{0} ? ratio : T{1};
}

/// x carried on along its step from `scale`·previous.
template <class T>
constexpr T carried_on(T x, T previous, T scale, T beta, T floor) {
  return at_least(x + beta * (x - scale * previous), floor);
}

/// Decides on the sweep that led to `sums`: changes `state`.
constexpr void judge_step(const StepRule& rule, const double* sums, double* state) {
  // The values that the paper recommends.
  constexpr double kFirst = 0.5;
  constexpr double kGrowth = 1.05;
  constexpr double kMaxGrowth = 1.01;
  constexpr double kCut = 1.5;
  // A loss within its own rounding cannot tell a rise: from there on, plain sweeps.
  constexpr double kReliable = 100;

  const double squared = rule.sum_of_squares - 2 * sums[RunSum::cross] + sums[RunSum::quadratic];
  double objective = 0.5 * squared;
  if (rule.penalized) {
    const double* w = sums + RunSum::w_sums;
    const double* h = sums + RunSum::h_sums;
    objective +=
        rule.l1_w * w[0] + rule.l1_h * h[0] + 0.5 * rule.l2_w * w[1] + 0.5 * rule.l2_h * h[1];
  }
  if (state[StepState::started] == 0) {
    state[StepState::started] = 1;
    state[StepState::accepted] = objective;
    state[StepState::factor] = kFirst;
    state[StepState::most] = 1;
  }
  // A plain sweep never raises the objective: only rounding could say so.
  const bool carried = state[StepState::beta] != 0;
  if (carried && objective > state[StepState::accepted] + rule.rounding) {
    state[StepState::undone] = 1;
    state[StepState::beta] = 0;
    state[StepState::most] = state[StepState::factor];
    state[StepState::factor] /= kCut;
    return;
  }
  state[StepState::undone] = 0;
  if (objective < state[StepState::accepted]) state[StepState::accepted] = objective;
  state[StepState::beta] = squared > kReliable * rule.rounding ? state[StepState::factor] : 0;
  const double grown = kGrowth * state[StepState::factor];
  const double most = state[StepState::most];
  state[StepState::factor] = grown < most ? grown : most;
  state[StepState::most] = kMaxGrowth * most < 1 ? kMaxGrowth * most : 1;
}

}  // namespace nonneg
