// SPDX-License-Identifier: Apache-2.0
// Many runs on one A: each comes to the bits that it has alone, whoever shares the machine with it.
#include "nonneg/factorize_all.hpp"

#include <array>
#include <map>
#include <stdexcept>

#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr std::array<Replicate, 5> kRuns{{{3, 1}, {3, 2}, {2, 1}, {5, 7}, {3, 9}}};

template <class T>
std::map<Index, Result<T>> results_of(const DataView& A, std::span<const Replicate> runs,
                                      const Options& options, Index in_all = 0) {
  std::map<Index, Result<T>> results;
  factorize_all<T>(
      A, runs, options,
      [&](Index index, Result<T> result) {
        EXPECT_TRUE(results.emplace(index, std::move(result)).second) << index << " came twice";
      },
      {}, in_all);
  return results;
}

template <class T>
void expect_as_alone(const DataView& A, const Options& options, int threads_alone,
                     const std::map<Index, Result<T>>& results) {
  ASSERT_EQ(results.size(), kRuns.size());
  for (const auto& [index, result] : results) {
    Options own = options;
    own.rank = kRuns.at(static_cast<std::size_t>(index)).rank;
    own.seed = kRuns.at(static_cast<std::size_t>(index)).seed;
    own.threads = threads_alone;
    const Result<T> alone = factorize<T>(A, own);
    EXPECT_TRUE(entries_equal(to_dense<T>(result.W), to_dense<T>(alone.W))) << index;
    EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), to_dense<T>(alone.Ht))) << index;
    EXPECT_EQ(result.loss_history.back().loss, alone.loss_history.back().loss) << index;
    EXPECT_EQ(result.threads, threads_alone);
  }
}

template <class Case>
class FactorizeAllTest : public SolverTest<Case> {};
TYPED_TEST_SUITE(FactorizeAllTest, RunCases, SolverNames);

TYPED_TEST(FactorizeAllTest, EachRunComesToTheBitsThatItHasAlone) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> A = to_matrix<T>(noisy_planted(61, 23, 4, 5));
  Options options = TypeParam::options(0, TypeParam::sized(25, 4));
  options.deterministic = true;
  expect_as_alone<T>(A.view(), options, 1, results_of<T>(A.view(), kRuns, options));
}

/// Of the CPU: a device takes one run after the other.
template <class Case>
class FactorizeAllSideBySideTest : public ::testing::Test {};
TYPED_TEST_SUITE(FactorizeAllSideBySideTest, SolverCases, SolverNames);

TYPED_TEST(FactorizeAllSideBySideTest, HowManyThereAreChangesNoBit) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> A = to_matrix<T>(noisy_planted(61, 23, 4, 5));
  Options options = TypeParam::options(0, 25);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    expect_as_alone<T>(A.view(), options, 1, results_of<T>(A.view(), kRuns, options));
  }
}

Options options_of(int threads, Index iterations) {
  Options options;
  options.backend = BackendKind::cpu;
  options.max_iterations = iterations;
  options.tolerance = 0;
  options.threads = threads;
  return options;
}

TEST(FactorizeAllCallTest, FewLargeRunsHaveAllThreadsEach) {
  // A run of rank 5 is worth a second thread.
  const Matrix<float> A = to_matrix<float>(noisy_planted(1200, 1500, 4, 5));
  const Options options = options_of(6, 2);
  expect_as_alone<float>(A.view(), options, 6, results_of<float>(A.view(), kRuns, options));
}

TEST(FactorizeAllCallTest, APartOfManyRunsIsSharedAsTheWholeIs) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(1200, 1500, 4, 5));
  const Options options = options_of(6, 2);
  expect_as_alone<float>(A.view(), options, 1, results_of<float>(A.view(), kRuns, options, 100));
}

TEST(FactorizeAllCallTest, ThePrecisionMayBeChosenAtRunTime) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(31, 23, 4, 5));
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    Options options = options_of(2, 3);
    options.precision = precision;
    Index ended = 0;
    factorize_all_any(A.view(), kRuns, options, [&](Index, const AnyResult& result) {
      ++ended;
      EXPECT_EQ(result.type(),
                precision == Precision::float64 ? ElementType::float64 : ElementType::float32);
    });
    EXPECT_EQ(ended, 5);
  }
}

TEST(FactorizeAllCallTest, WhatTheCallbackThrowsEndsTheRestAndIsThrown) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(61, 23, 4, 5));
  int calls = 0;
  EXPECT_THROW(factorize_all<double>(A.view(), kRuns, options_of(2, 20),
                                     [&](Index, const Result<double>&) {
                                       ++calls;
                                       throw std::domain_error("the disk is full");
                                     }),
               std::domain_error);
  EXPECT_EQ(calls, 1);
}

TEST(FactorizeAllCallTest, AStopEndsWhatIsUnderWayAndBeginsNothing) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(61, 23, 4, 5));
  std::stop_source stop;
  const std::vector<Replicate> runs(20, {3, 1});
  std::vector<StopReason> reasons;
  factorize_all<double>(
      A.view(), runs, options_of(2, 50),
      [&](Index, const Result<double>& result) {
        reasons.push_back(result.stop_reason);
        stop.request_stop();
      },
      stop.get_token());
  // The other worker's run, and perhaps not even that.
  EXPECT_LE(reasons.size(), 2U);
  EXPECT_EQ(reasons.front(), StopReason::iteration_limit);

  reasons.clear();
  factorize_all<double>(
      A.view(), runs, options_of(2, 50),
      [&](Index, const Result<double>& result) { reasons.push_back(result.stop_reason); },
      stop.get_token());
  EXPECT_TRUE(reasons.empty());
}

TEST(FactorizeAllCallTest, OptionsOfASingleRunAreRefused) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(9, 7, 2, 6));
  const auto refused = [&](const auto& change, std::vector<Replicate> runs = {{2, 1}}) {
    Options options = options_of(1, 2);
    change(options);
    const auto never = [](Index, const Result<double>&) { ADD_FAILURE() << "a run has ended"; };
    Subject subject = Subject::none;
    try {
      factorize_all<double>(A.view(), runs, options, never);
      ADD_FAILURE() << "nothing was refused";
    } catch (const InvalidArgument& e) {
      subject = e.subject();
      EXPECT_FALSE(std::string(e.what()).empty());
    }
    EXPECT_THROW(make_shared_plan(A.view(), runs, options), InvalidArgument);
    return subject;
  };
  EXPECT_EQ(refused([](Options& o) { o.rank = 2; }), Subject::rank);
  EXPECT_EQ(refused([](Options& o) { o.seed = 1; }), Subject::seed);
  EXPECT_EQ(refused([](Options& o) { o.init = Init::custom; }), Subject::init);
  EXPECT_EQ(refused([](Options&) {}, {{2, 1}, {0, 1}}), Subject::rank);
}

TEST(FactorizeAllCallTest, DataThatCannotBeUsedIsRefusedBeforeAnyRun) {
  Matrix<double> A = to_matrix<double>(noisy_planted(9, 7, 2, 6));
  A(4, 2) = -1;
  EXPECT_THROW(results_of<double>(A.view(), kRuns, options_of(2, 2)), InvalidArgument);
  EXPECT_TRUE(results_of<double>(A.view(), {}, options_of(2, 2)).empty());
}

/// A matrix that nobody looks into: no memory stands behind it.
DataView shape_only(Index rows, Index cols) {
  return {nullptr, ElementType::float32, rows, cols, cols, 1};
}

TEST(SharedPlanTest, SmallRunsGoSideBySide) {
  const SharedPlan plan = make_shared_plan(shape_only(96, 1500), kRuns, options_of(3, 10));
  EXPECT_EQ(plan.runs, 5);
  EXPECT_EQ(plan.threads_each, 1);
  EXPECT_EQ(plan.side_by_side, 3);
  EXPECT_EQ(plan.each.rank, 5);
  EXPECT_EQ(plan.total_bytes, 3 * plan.each.total_bytes);
  EXPECT_NE(plan.reason.find("5 runs and 3 threads"), std::string::npos) << plan.reason;
}

TEST(SharedPlanTest, MemoryLimitsHowManyGoSideBySide) {
  // Factors of some 2^46 bytes: more than any machine has left.
  const SharedPlan plan = make_shared_plan(shape_only(Index{1} << 41, 9), kRuns, options_of(3, 10));
  EXPECT_EQ(plan.side_by_side, 1);
  EXPECT_EQ(plan.threads_each, 1);
  EXPECT_NE(plan.reason.find("free"), std::string::npos) << plan.reason;
}

}  // namespace
}  // namespace nonneg::test
