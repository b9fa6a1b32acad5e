// SPDX-License-Identifier: Apache-2.0
// The loss: by the Gram identity where that tells, entry by entry where it cancels.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class LossTest : public SolverTest<Case> {};
TYPED_TEST_SUITE(LossTest, RunCases, SolverNames);

template <class Case>
class LossOfLargeDataTest : public ::testing::Test {};
TYPED_TEST_SUITE(LossOfLargeDataTest, SolverCases, SolverNames);

TYPED_TEST(LossTest, TheHistoryHoldsTheLossOfTheFactors) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(97, 43, 5, 1, 0.5));
  const Matrix<T> data = to_matrix<T>(A);
  Options options = TypeParam::options(5, 100);
  options.panel_rows = 30;
  options.threads = 2;
  Solver<T> solver(data.view(), options);
  for (int sweep = 0; sweep < 10; ++sweep) {
    solver.step();
    const LossRecord record = solver.check();
    const double squared = squared_residual(A, to_dense<T>(solver.W()), to_dense<T>(solver.Ht()));
    EXPECT_EQ(record.iteration, sweep + 1);
    EXPECT_NEAR(record.loss, 0.5 * squared, loss_tolerance<T>(A));
    EXPECT_EQ(record.objective, record.loss);
    EXPECT_NEAR(record.relative_error, std::sqrt(squared / squared_norm(A)),
                loss_tolerance<T>(A) / std::sqrt(squared * squared_norm(A)));
    EXPECT_NEAR(record.relative_error, std::sqrt(2 * record.loss / squared_norm(A)), 1e-12);
  }
}

TYPED_TEST(LossOfLargeDataTest, AreNotReadAgainForALossThatTheIdentityTells) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(1000, 500, 3));

  const Result<T> result = factorize_dense<T>(A, TypeParam::options(10, 2));

  const Factors found = factors_of(result);
  EXPECT_FALSE(result.loss_history.back().direct);
  EXPECT_NEAR(result.loss_history.back().loss, 0.5 * squared_residual(A, found.W, found.Ht),
              loss_tolerance<T>(A));
}

TYPED_TEST(LossTest, NoSweepEvaluatesTheFactorsThatAreGiven) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(41, 30, 3, 1, 0.5));
  // With zeros, which multiplicative updates would raise to their floor.
  const Dense W = rounded<T>(sparse_matrix(41, 3, 2));
  const Dense H = rounded<T>(sparse_matrix(3, 30, 3));
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> w = to_matrix<T>(W);
  const Matrix<T> h = to_matrix<T>(H);
  Options options = TypeParam::options(3, 0);
  options.tolerance = 1e-4;
  options.penalties = {0.5, 0.25, 2, 1};

  const Result<T> result =
      factorize<T>(data.view(), options, InitialFactors<T>{w.view(), h.view()});

  EXPECT_EQ(result.iterations, 0);
  EXPECT_EQ(result.stop_reason, StopReason::iteration_limit);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(to_dense<T>(result.W).entries, W.entries);
  EXPECT_EQ(to_dense<T>(result.H()).entries, H.entries);
  ASSERT_EQ(result.loss_history.size(), 1U);
  const LossRecord& loss = result.loss_history.back();
  const Factors given = factors_of(result);
  const double squared = squared_residual(A, given.W, given.Ht);
  EXPECT_NEAR(loss.loss, 0.5 * squared, loss_tolerance<T>(A));
  EXPECT_NEAR(loss.objective, objective(A, given.W, given.Ht, options.penalties),
              2 * loss_tolerance<T>(A));
  EXPECT_NEAR(loss.relative_error, std::sqrt(squared / squared_norm(A)),
              loss_tolerance<T>(A) / std::sqrt(squared * squared_norm(A)));
}

TYPED_TEST(LossTest, TheObjectiveAddsThePenalties) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(40, 30, 3, 1));
  Options options = TypeParam::options(3, 7);
  options.penalties = {0.5, 0.25, 2, 1};

  const Result<T> result = factorize_dense<T>(A, options);

  const Factors found = factors_of(result);
  const LossRecord& last = result.loss_history.back();
  const double penalty = objective(A, found.W, found.Ht, options.penalties) -
                         0.5 * squared_residual(A, found.W, found.Ht);
  EXPECT_GT(penalty, 0);
  EXPECT_NEAR(last.objective - last.loss, penalty, 1e-6 * penalty);
}

TYPED_TEST(LossTest, WhereTheIdentityCancelsTheResidualIsSummedDirectly) {
  using T = typename TypeParam::Scalar;
  // Small whole numbers: A is exactly of rank 3, in float too.
  Dense W = random_matrix(50, 3, 1, 0, 8);
  Dense Ht = random_matrix(40, 3, 2, 0, 8);
  for (double& entry : W.entries) entry = 1 + std::floor(entry);
  for (double& entry : Ht.entries) entry = 1 + std::floor(entry);
  const Dense A = model(W, Ht);
  const Options options = TypeParam::options(3, 2);

  const Result<T> result = factorize_dense<T>(A, options, {W, Ht});

  const Factors found = factors_of(result);
  const double expected = std::sqrt(squared_residual(A, found.W, found.Ht) / squared_norm(A));
  EXPECT_TRUE(result.loss_history.back().direct);
  EXPECT_GE(result.loss_history.back().loss, 0);
  // Each entry of W·H is computed in T once more for the residual.
  EXPECT_NEAR(result.relative_error, expected, gamma<T>(5));
  EXPECT_LT(result.relative_error, 64 * kUnitRoundoff<T>);
}

TYPED_TEST(LossTest, SmallRelativeErrorsAreRightOnBothSidesOfTheSwitch) {
  using T = typename TypeParam::Scalar;
  // Noise of many sizes on a rank-1 matrix: the loss passes through the switch.
  const Planted planted = planted_sparse(60, 50, 1, 3);
  for (const double noise : {1e-1, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6}) {
    SCOPED_TRACE(noise);
    Dense A = planted.A;
    Random random(4);
    for (double& entry : A.entries) entry += noise * random.uniform();
    A = rounded<T>(A);

    const Result<T> result = factorize_dense<T>(A, TypeParam::options(1, 6));

    const Factors found = factors_of(result);
    const double expected = std::sqrt(squared_residual(A, found.W, found.Ht) / squared_norm(A));
    // Two sums of 3000 squares in double, in different orders.
    const double by_summing = expected * gamma<double>(60 * 50);
    const double by_rounding = result.loss_history.back().direct
                                   ? gamma<T>(3) + by_summing
                                   : loss_tolerance<T>(A) / squared_norm(A) / expected;
    EXPECT_NEAR(result.relative_error, expected, by_rounding);
    // Whichever way it was summed, a tenth of it is right.
    EXPECT_NEAR(result.relative_error, expected, 0.1 * expected + gamma<T>(3));
  }
}

TYPED_TEST(LossTest, TheResultsErrorIsThatOfTheLastRecord) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(2, 9);
  options.check_every = 4;

  const Result<T> result = factorize_dense<T>(random_matrix(12, 9, 5), options);

  EXPECT_EQ(result.iterations, 9);
  EXPECT_EQ(result.loss_history.back().iteration, 9);
  EXPECT_EQ(result.relative_error, result.loss_history.back().relative_error);
}

TYPED_TEST(LossTest, SecondsRiseAndTimingsAddUp) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(2, 9);
  options.check_every = 1;

  const Result<T> result = factorize_dense<T>(random_matrix(40, 30, 6), options);

  double previous = 0;
  for (const LossRecord& record : result.loss_history) {
    EXPECT_GE(record.seconds, previous);
    previous = record.seconds;
  }
  EXPECT_GT(result.timings.sweep_seconds, 0);
  EXPECT_LE(
      result.timings.inspect_seconds + result.timings.sweep_seconds + result.timings.check_seconds,
      result.timings.total_seconds * (1 + 1e-9));
  EXPECT_EQ(result.backend, to_string(options.backend));
}

}  // namespace
}  // namespace nonneg::test
