// SPDX-License-Identifier: Apache-2.0
// The rule by which a run has converged, and the moves of components that it is given.
#include "solve/convergence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "cpu/cpu_backend.hpp"
#include "solve/component_moves.hpp"
#include "solve/loss_check.hpp"
#include "solve/run_sums.hpp"
#include "support/reference.hpp"

namespace nonneg::test {
namespace {

constexpr StoppingRule kRule{.tolerance = 1e-4,
                             .allowed = {.since_last = 0.01, .over_last_third = 0.05},
                             .exact_fit = 1e-20};

TEST(HasConverged, WantsSettledComponentsAndAFlatObjective) {
  const Advance settled{
      .first_objective = 50, .earlier_objective = 10.05, .objective = 10, .moves = {0.009, 0.049}};
  EXPECT_TRUE(has_converged(kRule, settled));
  Advance moving = settled;
  moving.moves.since_last = 0.011;
  EXPECT_FALSE(has_converged(kRule, moving));
  Advance creeping = settled;
  creeping.moves.over_last_third = 0.051;
  EXPECT_FALSE(has_converged(kRule, creeping));
  Advance falling = settled;
  falling.earlier_objective = 10.2;
  EXPECT_FALSE(has_converged(kRule, falling));
  StoppingRule never = kRule;
  never.tolerance = 0;
  EXPECT_FALSE(has_converged(never, settled));
}

TEST(HasConverged, AnObjectiveNegligibleAgainstTheFirstMayFall) {
  const Advance tiny{
      .first_objective = 50, .earlier_objective = 8e-7, .objective = 4e-7, .moves = {1e-3, 1e-3}};
  EXPECT_TRUE(has_converged(kRule, tiny));
  Advance larger = tiny;
  larger.first_objective = 5;
  EXPECT_FALSE(has_converged(kRule, larger));
}

TEST(HasConverged, AnExactFitNeedsNothingElse) {
  EXPECT_TRUE(has_converged(
      kRule,
      {.first_objective = 1e-20, .earlier_objective = 1, .objective = 1e-20, .moves = {1, 1}}));
}

TEST(HasConverged, WhatIsNotANumberHasNot) {
  EXPECT_FALSE(has_converged(kRule, {.first_objective = 50,
                                     .earlier_objective = 10,
                                     .objective = 10,
                                     .moves = {0, std::nan("")}}));
  EXPECT_FALSE(has_converged(
      kRule,
      {.first_objective = 50, .earlier_objective = std::nan(""), .objective = 10, .moves = {}}));
}

TEST(CancellationThreshold, IsWhereTheIdentityIsOffByATenThousandthOfTheLoss) {
  // What the identity was seen to be off by, as a share of the squared norm.
  EXPECT_DOUBLE_EQ(cancellation_threshold(Precision::float32), 1e-7 / 1e-4);
  EXPECT_DOUBLE_EQ(cancellation_threshold(Precision::float64), 1e-16 / 1e-4);
  EXPECT_EQ(cancellation_threshold(Precision::tf32), std::numeric_limits<double>::infinity());
}

TEST(LossCheckTest, EntriesAreLookedAtBelowTheThreshold) {
  DataSummary summary;
  summary.scaled_sum_of_squares = 8;
  summary.scaled_mean = 1;
  Plan plan;
  plan.rows = plan.cols = 1000;
  plan.rank = 4;
  Options options;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    options.precision = precision;
    const LossCheck check(options, summary, {}, plan, 0, true);
    // Half of the squared residual.
    const double loss = 0.5 * cancellation_threshold(precision) * 8;
    EXPECT_TRUE(check.needs_entries(0.999 * loss));
    EXPECT_FALSE(check.needs_entries(1.001 * loss));
    EXPECT_TRUE(check.needs_entries(std::nan("")));
  }
  options.precision = Precision::float32;
  EXPECT_TRUE(LossCheck(options, summary, {}, plan, 0, false).needs_entries(1)) << "no identity";
  plan.rows = plan.cols = 250;
  EXPECT_TRUE(LossCheck(options, summary, {}, plan, 0, true).needs_entries(1)) << "small data";
}

TEST(StoppingRuleOf, DependsOnTheUpdatesAndOnHowManyLieBetweenChecks) {
  Options options;
  options.algorithm = Algorithm::hals;
  options.tolerance = 1e-4;
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.since_last, 0.01);
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.over_last_third, 0.05);
  EXPECT_TRUE(stopping_rule(options, 0).asks_for_last());
  options.check_every = 100;
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.since_last, 0.01);
  options.check_every = 1;
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.since_last, 0.001);
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.over_last_third, 0.05);
  EXPECT_FALSE(stopping_rule(options, 0).scale_counts);
  options.penalties = {.l1_w = 1};
  EXPECT_FALSE(stopping_rule(options, 0).scale_counts);
  options.penalties = {.l1_w = 1, .l2_h = 1};
  EXPECT_TRUE(stopping_rule(options, 0).scale_counts);
  options.algorithm = Algorithm::mu;
  EXPECT_FALSE(stopping_rule(options, 0).asks_for_last());
  EXPECT_DOUBLE_EQ(stopping_rule(options, 0).allowed.over_last_third, 0.03);
}

class ComponentMovesTest : public ::testing::Test {
 protected:
  static constexpr Index kRank = 3;

  /// Moves of a made-up run whose components turn by an angle an iteration: W's first by `step`,
  /// H's second by twice that; the third is zero in W, and grows without turning in H.
  struct Run {
    Matrix<double> W{2, kRank};
    Matrix<double> Ht{2, kRank};

    Run(Index iteration, double step) {
      const double t = static_cast<double>(iteration) * step;
      const double scale = static_cast<double>(iteration + 1);
      for (Index i = 0; i < 2; ++i) {
        const double along = i == 0 ? 1 : 0;
        W(i, 0) = scale * (i == 0 ? std::cos(t) : std::sin(t));
        Ht(i, 0) = along;
        W(i, 1) = along;
        Ht(i, 1) = i == 0 ? std::cos(2 * t) : std::sin(2 * t);
        W(i, 2) = 0;
        Ht(i, 2) = scale * 1e100;
      }
    }
  };

  explicit ComponentMovesTest(bool since_last = true)
      : moves(*backend, ComponentMoves<double>::needs(2, 2, kRank, since_last), since_last) {}

  HostSums sums_of(const Run& run, Index iteration) {
    run_sums.add_up_squares(run.W.view(), run.Ht.view());
    moves.add_up(iteration, run.W.view(), run.Ht.view(), run_sums);
    return run_sums.fetch();
  }

  std::optional<LargestMoves> check(const Run& run, Index iteration) {
    const HostSums sums = sums_of(run, iteration);
    const std::optional<LargestMoves> found = moves.largest_moves(iteration, sums, scale_counts);
    if (found) earlier = moves.earlier_objective(iteration);
    moves.keep(iteration, run.W.view(), run.Ht.view(), sums, static_cast<double>(-iteration));
    return found;
  }

  /// How far a component turns whose angle changes by `step` in each iteration between.
  static double turn(double step, Index from, Index to) {
    return 2 * std::sin(step * static_cast<double>(to - from) / 2);
  }

  std::unique_ptr<Backend<double>> backend = cpu::make_cpu_backend<double>(1);
  RunSums<double> run_sums{*backend, RunSums<double>::needs(kRank), 1};
  ComponentMoves<double> moves;
  /// The objective of the check that the last one was compared with.
  double earlier = 0;
  bool scale_counts = false;
};

TEST_F(ComponentMovesTest, AreThoseOfUnitVectorsSinceTheCheckBeforeAndOverTheLastThird) {
  // Marks are 10, 15, 25, 40, 60 and 90.
  const std::vector<Index> marks{-1, -1, 10, 10, 15, 15, 15, 25, 25, 25, 25, 40, 40,
                                 40, 40, 40, 40, 60, 60, 60, 60, 60, 60, 60, 60, 60};
  for (std::size_t c = 0; c < marks.size(); ++c) {
    const Index iteration = 5 * static_cast<Index>(c + 1);
    const std::optional<LargestMoves> found = check(Run(iteration, 1e-3), iteration);
    ASSERT_EQ(found.has_value(), marks[c] > 0) << iteration;
    if (!found) continue;
    EXPECT_NEAR(found->since_last, turn(2e-3, iteration - 5, iteration), 1e-12) << iteration;
    EXPECT_NEAR(found->over_last_third, turn(2e-3, marks[c], iteration), 1e-12) << iteration;
    EXPECT_EQ(earlier, static_cast<double>(-marks[c]));
  }
}

TEST_F(ComponentMovesTest, CountTheScaleWhereItIsAskedFor) {
  scale_counts = true;
  // Column 2 of Ht grows from 11 to 21.
  check(Run(10, 0), 10);
  const std::optional<LargestMoves> found = check(Run(20, 0), 20);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->since_last, 10.0 / 21, 1e-14);
  EXPECT_NEAR(found->over_last_third, 10.0 / 21, 1e-14);
}

TEST_F(ComponentMovesTest, AComponentThatDiesHasMoved) {
  Run run(10, 0);
  check(run, 10);
  run.W(0, 1) = 0;
  const std::optional<LargestMoves> found = check(run, 20);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->since_last, std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(found->over_last_third, std::sqrt(2.0), 1e-15);
}

class CreepingMovesTest : public ComponentMovesTest {
 protected:
  CreepingMovesTest() : ComponentMovesTest(false) {}
};

TEST_F(CreepingMovesTest, AreThoseOverTheLastThirdAlone) {
  EXPECT_EQ(ComponentMoves<double>::needs(2, 2, kRank, false).list().size(), 4U);
  check(Run(10, 1e-3), 10);
  const std::optional<LargestMoves> found = check(Run(20, 1e-3), 20);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->since_last, 0);
  EXPECT_NEAR(found->over_last_third, turn(2e-3, 10, 20), 1e-12);
}

}  // namespace
}  // namespace nonneg::test
