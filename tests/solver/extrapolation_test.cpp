// Carrying H on along its last step: fewer sweeps to the same objective, which still never rises.
#include "extrapolation.hpp"

#include <limits>

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

TEST(ExtrapolationTest, IsOnForHalsAndOffForMuUnlessAsked) {
  Options options;
  EXPECT_TRUE(extrapolates(options));
  options.algorithm = Algorithm::mu;
  EXPECT_FALSE(extrapolates(options));
  options.extrapolation = true;
  EXPECT_TRUE(extrapolates(options));
}

TEST(StepFactorTest, GrowsWhileAcceptedAndIsCutWhenRejected) {
  StepFactor factor;
  EXPECT_EQ(factor.value(), 0.5);
  factor.accept();
  EXPECT_DOUBLE_EQ(factor.value(), 0.525);
  factor.reject();
  EXPECT_DOUBLE_EQ(factor.value(), 0.35);
  for (int i = 0; i < 1000; ++i) factor.accept();
  EXPECT_LE(factor.value(), 1.0);
}

}  // namespace
}  // namespace nonneg::test
