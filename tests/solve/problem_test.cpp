// SPDX-License-Identifier: Apache-2.0
// A Problem: made once, it serves runs that differ in rank, seed and start.
#include "solve/problem.hpp"

#include "solve/plan.hpp"
#include "solve/run.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

Options options_of(Index rank, std::uint64_t seed) {
  Options options;
  options.rank = rank;
  options.seed = seed;
  options.backend = BackendKind::cpu;
  options.threads = 2;
  options.max_iterations = 7;
  options.tolerance = 0;
  return options;
}

TEST(ProblemTest, RunsOfSeveralRanksAndSeedsShareOne) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(61, 23, 4, 5));
  Problem<double> problem(A.view(), options_of(3, 1));
  for (const Index rank : {3, 2, 5}) {
    for (const std::uint64_t seed : {1U, 9U}) {
      SCOPED_TRACE(::testing::Message() << "rank " << rank << ", seed " << seed);
      Options own = problem.options();
      own.rank = rank;
      own.seed = seed;
      nonneg::Run<double> run(problem, own, nullptr, Clock::now());
      run.run({}, {}, {});
      const Result<double> alone = factorize<double>(A.view(), options_of(rank, seed));
      EXPECT_TRUE(entries_equal(to_dense<double>(run.W()), to_dense<double>(alone.W)));
      EXPECT_TRUE(entries_equal(to_dense<double>(run.Ht()), to_dense<double>(alone.Ht)));
    }
  }
}

TEST(ProblemTest, ResolvesTheOptionsForTheData) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(9, 7, 2, 6));
  const Problem<float> problem(A.view(), options_of(2, 1));
  EXPECT_EQ(problem.options().algorithm, Algorithm::hals);
  EXPECT_EQ(problem.options().precision, Precision::float32);
  EXPECT_EQ(problem.choice().kind, BackendKind::cpu);
  EXPECT_TRUE(problem.mode().gram_rules_serve);
}

TEST(ProblemTest, APlanCountsWhatTheRunHoldsBesides) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(61, 23, 4, 5));
  const Problem<float> problem(A.view(), options_of(3, 1));
  const Plan bare = problem.plan(3, {});
  const Plan whole = problem.plan(3, run_needs(problem.options(), 61, 23));
  // G twice; 14 sums and 8 for each component; the factors before a sweep and the point; a loss for
  // each worker.
  const std::uint64_t fixed = 2 * 3 * 3 * 4 + (14 + 8 * 3) * 8 + (61 + 2 * 23) * 3 * 4;
  EXPECT_EQ(whole.workspace_bytes - bare.workspace_bytes,
            fixed + 8 * static_cast<std::uint64_t>(whole.workers));
}

TEST(ProblemTest, ARunThatMayConvergeKeepsTheFactorsOfEarlierChecks) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(61, 23, 4, 5));
  for (const Algorithm algorithm : {Algorithm::hals, Algorithm::mu}) {
    Options options = options_of(3, 1);
    options.algorithm = algorithm;
    const Problem<float> problem(A.view(), options);
    const Plan fixed = problem.plan(3, run_needs(problem.options(), 61, 23));
    Options judged = problem.options();
    judged.tolerance = 1e-4;
    const Plan plan = problem.plan(3, run_needs(judged, 61, 23));
    EXPECT_EQ(plan.workspace_bytes - fixed.workspace_bytes,
              static_cast<std::uint64_t>(algorithm == Algorithm::mu ? 2 : 3) * (61 + 23) * 3 * 4);
  }
}

TEST(ProblemTest, DataThatCannotBeUsedIsRefusedBeforeAnyRun) {
  Matrix<float> A = to_matrix<float>(noisy_planted(9, 7, 2, 6));
  A(4, 2) = -1;
  EXPECT_THROW(Problem<float>(A.view(), options_of(2, 1)), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::test
