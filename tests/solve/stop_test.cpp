// Why sweeps end: converged, at the limit, cancelled.
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

TYPED_TEST(StopTest, ConvergesWhenTheObjectiveFallsByLessThanTheTolerance) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 10000);
  options.tolerance = 1e-3;
  options.check_every = 5;

  const Result<T> result = factorize<T>(this->A_.view(), options);

  EXPECT_EQ(result.stop_reason, StopReason::converged);
  EXPECT_LT(result.iterations, 10000);
  EXPECT_EQ(result.iterations % 5, 0);
  const std::vector<LossRecord>& history = result.loss_history;
  ASSERT_GE(history.size(), 2U);
  for (std::size_t r = 1; r < history.size(); ++r) {
    const double fall = history[r - 1].objective - history[r].objective;
    const bool last = r + 1 == history.size();
    EXPECT_EQ(fall <= options.tolerance * history[r].objective, last) << r;
  }
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
