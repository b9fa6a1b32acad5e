// SPDX-License-Identifier: Apache-2.0
// Carrying H on along its last step: fewer sweeps to the same objective, which still never rises.
#include <array>
#include <cmath>

#include "formulas/extrapolation_step.hpp"
#include "options/resolve.hpp"
#include "support/solver_cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

/// Sweeps until the objective is at most `target`, with a check after each; -1 where it never is.
Index sweeps_to(const Dense& A, Options options, double target) {
  options.check_every = 1;
  options.tolerance = 0;
  for (const LossRecord& record : factorize_dense<double>(A, options).loss_history) {
    if (record.objective <= target) return record.iteration;
  }
  return -1;
}

Options hals(Index rank, Index sweeps, bool extrapolation) {
  Options options;
  options.rank = rank;
  options.backend = BackendKind::cpu;
  options.max_iterations = sweeps;
  options.extrapolation = extrapolation;
  return options;
}

TEST(ExtrapolationTest, ReachesTheSameObjectiveInFewerSweeps) {
  const Dense A = noisy_planted(300, 200, 8, 5);
  Options plain = hals(8, 150, false);
  plain.tolerance = 0;
  const double reached = factorize_dense<double>(A, plain).loss_history.back().objective;

  const Index sweeps = sweeps_to(A, hals(8, 150, true), reached);

  EXPECT_GT(sweeps, 0);
  EXPECT_LT(sweeps, 100);
}

TEST(ExtrapolationTest, AnUndoneSweepLeavesTheObjectiveWhereItWas) {
  const Dense A = noisy_planted(300, 200, 8, 5);
  Options options = hals(8, 200, true);
  options.check_every = 1;
  options.tolerance = 0;

  const auto history = factorize_dense<double>(A, options).loss_history;

  // A rise is judged by the Gram identity, whose three terms are about the squared norm each and
  // carry a few roundings each; an undone sweep is looked at again entry by entry.
  const double rounding = 16 * kUnitRoundoff<double> * squared_norm(A);
  int undone = 0;
  for (std::size_t i = 1; i < history.size(); ++i) {
    const double before = history[i - 1].objective;
    EXPECT_LE(history[i].objective, before + rounding) << i;
    undone += before - history[i].objective <= rounding && history[i].direct ? 1 : 0;
  }
  EXPECT_GT(undone, 0) << "no sweep was undone: this test shows nothing";
}

TEST(ExtrapolationTest, AnUndoneSweepIsNoSignOfConvergence) {
  const Dense A = noisy_planted(300, 200, 8, 5);
  const double rounding = 16 * kUnitRoundoff<double> * squared_norm(A);
  for (const double tolerance : {1e-2, 3e-3, 1e-3, 3e-4, 1e-4}) {
    SCOPED_TRACE(tolerance);
    Options options = hals(8, 200, true);
    options.check_every = 1;
    options.tolerance = tolerance;

    const Result<double> result = factorize_dense<double>(A, options);

    ASSERT_EQ(result.stop_reason, StopReason::converged);
    ASSERT_GE(result.loss_history.size(), 2U);
    // The last sweep moved: it was looked at entry by entry only where it was undone.
    const LossRecord& last = result.loss_history.back();
    const LossRecord& before = result.loss_history[result.loss_history.size() - 2];
    EXPECT_FALSE(last.direct && before.objective - last.objective <= rounding);
  }
}

TEST(ExtrapolationTest, IsOnForHalsAndOffForMuUnlessAsked) {
  Options options;
  options.algorithm = Algorithm::hals;
  EXPECT_TRUE(extrapolates(options));
  options.algorithm = Algorithm::mu;
  EXPECT_FALSE(extrapolates(options));
  options.extrapolation = true;
  EXPECT_TRUE(extrapolates(options));
}

/// Sums and state of a made-up run whose objective is half of what `squared` says.
class StepTest : public ::testing::Test {
 protected:
  void sweep_to(double squared) {
    sums_[RunSum::cross] = (kNorm - squared) / 2;
    judge_step({.sum_of_squares = kNorm, .rounding = 1e-9}, sums_.data(), state_.data());
  }
  double beta() const { return state_[StepState::beta]; }
  bool undone() const { return state_[StepState::undone] != 0; }

 private:
  static constexpr double kNorm = 100;
  std::array<double, RunSum::count> sums_{};
  std::array<double, StepState::count> state_{};
};

TEST_F(StepTest, GrowsWhileTheObjectiveFallsUpToAFullStep) {
  sweep_to(50);
  EXPECT_EQ(beta(), 0.5);
  sweep_to(40);
  EXPECT_DOUBLE_EQ(beta(), 0.525);
  for (int i = 0; i < 1000; ++i) sweep_to(39 - 0.01 * i);
  EXPECT_FALSE(undone());
  EXPECT_LE(beta(), 1.0);
  EXPECT_GT(beta(), 0.99);
}

TEST_F(StepTest, ARiseIsUndoneOnceAndCutsTheStep) {
  sweep_to(50);
  sweep_to(40);
  sweep_to(45);
  EXPECT_TRUE(undone());
  EXPECT_EQ(beta(), 0);
  // The plain sweep that follows is never undone, and the next step is shorter.
  sweep_to(41);
  EXPECT_FALSE(undone());
  EXPECT_DOUBLE_EQ(beta(), 0.5 * 1.05 * 1.05 / 1.5);
}

TEST_F(StepTest, AfterARiseTheStepGrowsAsFarAsItWasAndThenAsSlowlyAsItsCap) {
  sweep_to(50);
  sweep_to(40);
  sweep_to(45);
  const double cap = 0.5 * 1.05 * 1.05;
  for (int i = 0; i <= 20; ++i) {
    sweep_to(39 - 0.01 * i);
    const double grown = cap / 1.5 * std::pow(1.05, i);
    const double capped = i == 0 ? grown : cap * std::pow(1.01, i - 1);
    EXPECT_NEAR(beta(), std::min(grown, capped), 1e-12) << i;
  }
}

TEST_F(StepTest, ALossWithinItsRoundingIsNotCarriedOn) {
  sweep_to(50);
  EXPECT_NE(beta(), 0);
  sweep_to(99e-9);
  EXPECT_FALSE(undone());
  EXPECT_EQ(beta(), 0);
}

TEST_F(StepTest, PenaltiesAreReadOnlyWhereThereAreAny) {
  std::array<double, RunSum::count> sums{};
  for (Index s = RunSum::w_sums; s < RunSum::step_state; ++s) {
    sums[static_cast<std::size_t>(s)] = NAN;
  }
  std::array<double, StepState::count> state{};
  judge_step({.sum_of_squares = 2}, sums.data(), state.data());
  EXPECT_EQ(state[StepState::accepted], 1);
  sums = {0, 0, 3, 9, 0, 5, 25, 0};
  state = {};
  judge_step({.sum_of_squares = 2, .penalized = true, .l1_w = 1, .l1_h = 10, .l2_w = 2, .l2_h = 4},
             sums.data(), state.data());
  EXPECT_EQ(state[StepState::accepted], 1 + 3 + 50 + 9 + 50);
}

}  // namespace
}  // namespace nonneg::test
