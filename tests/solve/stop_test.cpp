// SPDX-License-Identifier: Apache-2.0
// Why sweeps end: converged, at the limit, cancelled.
#include <array>

#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class StopTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  static std::vector<Index> checked_iterations(const std::vector<LossRecord>& history) {
    std::vector<Index> result;
    result.reserve(history.size());
    for (const LossRecord& record : history) result.push_back(record.iteration);
    return result;
  }

  Matrix<Scalar> A_ = to_matrix<Scalar>(noisy_planted(40, 30, 4, 1));
};
TYPED_TEST_SUITE(StopTest, SolverCases, SolverNames);

TYPED_TEST(StopTest, ConvergesWhenNoComponentMovesAndTheObjectiveHardlyFalls) {
  using T = typename TypeParam::Scalar;
  if (TypeParam::kAlgorithm == Algorithm::mu) GTEST_SKIP() << "compared with another check";
  Options options = TypeParam::options(4, 10000);
  options.tolerance = 1e-4;
  options.check_every = 5;
  const Result<T> result = factorize<T>(this->A_.view(), options);
  EXPECT_EQ(result.stop_reason, StopReason::converged);
  ASSERT_LT(result.iterations, 1000);
  ASSERT_GT(result.iterations, 10);
  EXPECT_TRUE(result.warnings.empty());

  // What the factors were at the checks before.
  options.tolerance = 0;
  std::vector<Factors> at;
  for (Index iteration = 5; iteration <= result.iterations; iteration += 5) {
    options.max_iterations = iteration;
    at.push_back(factors_of(factorize<T>(this->A_.view(), options)));
  }
  const auto move = [&](std::size_t now, std::size_t then) {
    double largest = 0;
    for (Index c = 0; c < 4; ++c) {
      largest = std::max({largest, column_move(at[now].W, at[then].W, c),
                          column_move(at[now].Ht, at[then].Ht, c)});
    }
    return largest;
  };
  // Checks 10, 15, 25, 40, 60 and 90 may be compared with; each is one of `at` less 1.
  const std::array<std::size_t, 6> marks{1, 2, 4, 7, 11, 17};
  for (std::size_t check = 2; check < at.size(); ++check) {
    std::size_t mark = marks[0];
    for (const std::size_t next : marks) mark = 3 * (next + 1) <= 2 * (check + 1) ? next : mark;
    const double objective = result.loss_history[check].objective;
    const double fall = result.loss_history[mark].objective - objective;
    const bool settled = move(check, check - 1) <= 0.01 * 0.5 && move(check, mark) <= 5 * 0.01 &&
                         fall <= 0.01 * objective;
    EXPECT_EQ(settled, check + 1 == at.size()) << check;
  }
}

TYPED_TEST(StopTest, ConvergedFactorsOfNoisyDataStayWhatTheyAre) {
  // Most of the objective is noise: it hardly falls while components still turn.
  using T = typename TypeParam::Scalar;
  const bool mu = TypeParam::kAlgorithm == Algorithm::mu;
  const Index rank = mu ? 4 : 6;
  const Matrix<T> A = to_matrix<T>(noisy_planted(150, 40, 4, 1, mu ? 0.3 : 1));
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    Options options = TypeParam::options(rank, 20000);
    options.tolerance = 1e-4;
    options.seed = seed;
    const Result<T> result = factorize<T>(A.view(), options);
    ASSERT_EQ(result.stop_reason, StopReason::converged);
    options.tolerance = 0;
    options.max_iterations = 10 * result.iterations;
    const Result<T> longer = factorize<T>(A.view(), options);
    for (Index c = 0; c < rank; ++c) {
      // A cosine of 0.99.
      EXPECT_LT(column_move(to_dense<T>(result.W), to_dense<T>(longer.W), c), std::sqrt(0.02));
      EXPECT_LT(column_move(to_dense<T>(result.Ht), to_dense<T>(longer.Ht), c), std::sqrt(0.02));
    }
  }
}

TYPED_TEST(StopTest, ARunAtItsOptimumConvergesHoweverItsUndoneSweepsFall) {
  // Two blocks and a little noise: all starts are at the optimum after some 20 sweeps, where
  // rounding alone has the extrapolation undo sweeps.
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(12, 10, 1, 0, 0.05);
  for (Index i = 0; i < 12; ++i) {
    for (Index j = 0; j < 10; ++j) A(i, j) += (i < 6) == (j < 5) ? 1 : 0;
  }
  for (const Index check_every : {1, 2, 10, 20}) {
    for (std::uint64_t seed = 0; seed < 15; ++seed) {
      Options options = TypeParam::options(2, 500);
      options.tolerance = 1e-4;
      options.check_every = check_every;
      options.seed = seed;
      const Result<T> result = factorize_dense<T>(A, options);
      EXPECT_EQ(result.stop_reason, StopReason::converged) << check_every << ", " << seed;
    }
  }
}

TYPED_TEST(StopTest, PenaltiesOnBothFactorsMustHaveSettledTheScale) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(3, 20000);
  options.tolerance = 1e-4;
  options.penalties = {.l1_w = 0.01, .l1_h = 1};
  const Result<T> result = factorize_dense<T>(noisy_planted(20, 15, 3, 1), options);
  ASSERT_EQ(result.stop_reason, StopReason::converged);
  options.tolerance = 0;
  options.max_iterations = 10 * result.iterations;
  const Result<T> longer = factorize_dense<T>(noisy_planted(20, 15, 3, 1), options);
  const double norm = std::sqrt(squared_norm(to_dense<T>(result.W)));
  EXPECT_NEAR(std::sqrt(squared_norm(to_dense<T>(longer.W))), norm, 0.2 * norm);
}

TYPED_TEST(StopTest, AnExactFitConverges) {
  using T = typename TypeParam::Scalar;
  const Dense w = random_matrix(12, 1, 5, 0.5, 1);
  const Dense h = random_matrix(9, 1, 6, 0.5, 1);
  Options options = TypeParam::options(1, 5000);
  options.tolerance = 1e-12;
  const Result<T> result = factorize_dense<T>(model(w, h), options);
  EXPECT_EQ(result.stop_reason, StopReason::converged);
  EXPECT_LT(result.iterations, 100);
  EXPECT_LT(result.relative_error, 4 * kUnitRoundoff<T>);
}

TYPED_TEST(StopTest, TheLimitComesWithAdviceWhereTheRunMightHaveConverged) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 40);
  options.tolerance = 1e-12;
  const Result<T> result = factorize<T>(this->A_.view(), options);
  EXPECT_EQ(result.stop_reason, StopReason::iteration_limit);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_TRUE(mentions(result.warnings[0], "40 iterations"));
  EXPECT_TRUE(mentions(result.warnings[0], "raise max_iterations"));
  options.tolerance = 0;
  EXPECT_TRUE(factorize<T>(this->A_.view(), options).warnings.empty());
}

TEST(StopDefaults, OtherLossesGetMoreIterations) {
  const Matrix<double> A = to_matrix<double>(random_matrix(4, 3, 1, 1, 2));
  Options options;
  options.rank = 1;
  EXPECT_EQ(factorize<double>(A.view(), options).max_iterations, 200);
  options.beta = kKullbackLeibler;
  EXPECT_EQ(factorize<double>(A.view(), options).max_iterations, 1000);
  options.max_iterations = 7;
  EXPECT_EQ(factorize<double>(A.view(), options).max_iterations, 7);
}

TYPED_TEST(StopTest, ASmallerToleranceRunsLongerToASmallerError) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 10000);
  options.check_every = 2;
  options.tolerance = 1e-2;
  const Result<T> coarse = factorize<T>(this->A_.view(), options);
  options.tolerance = 1e-4;
  const Result<T> fine = factorize<T>(this->A_.view(), options);
  EXPECT_GT(fine.iterations, coarse.iterations);
  EXPECT_LT(fine.relative_error, coarse.relative_error);
}

TYPED_TEST(StopTest, AToleranceOfZeroRunsToTheLimit) {
  using T = typename TypeParam::Scalar;
  // Converged to the last bit long before: a constant matrix of rank 1.
  const Matrix<T> A = to_matrix<T>(Dense(6, 5, 3));
  Options options = TypeParam::options(1, 137);
  options.check_every = 10;

  const Result<T> result = factorize<T>(A.view(), options);

  EXPECT_EQ(result.stop_reason, StopReason::iteration_limit);
  EXPECT_EQ(result.iterations, 137);
}

TYPED_TEST(StopTest, ChecksComeEverySoManySweepsAndAtTheEnd) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 20);
  options.check_every = 7;
  EXPECT_EQ(this->checked_iterations(factorize<T>(this->A_.view(), options).loss_history),
            (std::vector<Index>{7, 14, 20}));
  options.check_every = 10;
  EXPECT_EQ(this->checked_iterations(factorize<T>(this->A_.view(), options).loss_history),
            (std::vector<Index>{10, 20}));
  options.check_every = 1000;
  EXPECT_EQ(this->checked_iterations(factorize<T>(this->A_.view(), options).loss_history),
            (std::vector<Index>{20}));
}

TYPED_TEST(StopTest, TheCallbackSeesEveryRecordOnce) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 20);
  options.check_every = 6;
  std::vector<LossRecord> seen;

  const Result<T> result = factorize<T>(this->A_.view(), options, std::stop_token{},
                                        [&](const LossRecord& record) { seen.push_back(record); });

  EXPECT_EQ(this->checked_iterations(seen), (std::vector<Index>{6, 12, 18, 20}));
  ASSERT_EQ(seen.size(), result.loss_history.size());
  for (std::size_t r = 0; r < seen.size(); ++r) {
    EXPECT_EQ(seen[r].loss, result.loss_history[r].loss);
  }
}

TYPED_TEST(StopTest, AStopRequestEndsAfterTheSweepWithValidFactors) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 1000);
  options.check_every = 3;
  std::stop_source source;

  const Result<T> result =
      factorize<T>(this->A_.view(), options, source.get_token(), [&](const LossRecord& record) {
        if (record.iteration == 6) source.request_stop();
      });

  EXPECT_EQ(result.stop_reason, StopReason::cancelled);
  EXPECT_EQ(result.iterations, 6);
  EXPECT_EQ(result.loss_history.back().iteration, 6);
  options.max_iterations = 6;
  const Result<T> expected = factorize<T>(this->A_.view(), options);
  EXPECT_TRUE(entries_equal(to_dense<T>(result.W), to_dense<T>(expected.W)));
  EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), to_dense<T>(expected.Ht)));
}

TYPED_TEST(StopTest, AStopBeforeTheFirstSweepGivesTheFirstFactors) {
  using T = typename TypeParam::Scalar;
  std::stop_source source;
  source.request_stop();

  const Result<T> result =
      factorize<T>(this->A_.view(), TypeParam::options(4, 10), source.get_token());

  EXPECT_EQ(result.stop_reason, StopReason::cancelled);
  EXPECT_EQ(result.iterations, 0);
  EXPECT_TRUE(all_finite(to_dense<T>(result.W)));
  const double expected = relative_distance(model_of(result), to_dense<T>(this->A_));
  EXPECT_NEAR(result.relative_error, expected, 1e-5 * expected);
}

TYPED_TEST(StopTest, ARunGoesOnWhereItWasCancelled) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 12);
  options.check_every = 4;
  std::stop_source source;
  Solver<T> solver(this->A_.view(), options);
  EXPECT_EQ(solver.run(source.get_token(), [&](const LossRecord&) { source.request_stop(); }),
            StopReason::cancelled);
  EXPECT_EQ(solver.iteration(), 4);

  EXPECT_EQ(solver.run(), StopReason::iteration_limit);

  EXPECT_EQ(solver.iteration(), 12);
  const Result<T> whole = factorize<T>(this->A_.view(), options);
  EXPECT_TRUE(entries_equal(to_dense<T>(solver.W()), to_dense<T>(whole.W)));
  EXPECT_EQ(this->checked_iterations(solver.loss_history()), (std::vector<Index>{4, 8, 12}));
}

TYPED_TEST(StopTest, AnExceptionFromTheCallbackReachesTheCaller) {
  using T = typename TypeParam::Scalar;
  EXPECT_THROW(factorize<T>(this->A_.view(), TypeParam::options(4, 20), std::stop_token{},
                            [](const LossRecord&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
}

TEST(StopReasonNames, AreAContract) {
  EXPECT_EQ(to_string(StopReason::converged), "converged");
  EXPECT_EQ(to_string(StopReason::iteration_limit), "iteration_limit");
  EXPECT_EQ(to_string(StopReason::cancelled), "cancelled");
}

}  // namespace
}  // namespace nonneg::test
