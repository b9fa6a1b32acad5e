// The objective never rises beyond rounding, and factors keep to their floor.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class MonotoneTest : public ::testing::Test {};
TYPED_TEST_SUITE(MonotoneTest, SolverCases, SolverNames);

/// What one sweep's rounding may add to an objective: entries of the factors err by about √k·u, so
/// W·H does, and ½‖R‖² by ‖R‖ times that; penalties by that share of themselves.
template <class T>
double rise_tolerance(const Dense& A, const Dense& W, const Dense& Ht, double current) {
  const double error = 16 * std::sqrt(static_cast<double>(W.cols)) * kUnitRoundoff<T>;
  const double norm = std::sqrt(squared_norm(A));
  return error * norm * std::sqrt(squared_residual(A, W, Ht)) + error * error * norm * norm +
         error * current;
}

TYPED_TEST(MonotoneTest, TheObjectiveNeverRises) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(40, 30, 4, 1));
  const Matrix<T> data = to_matrix<T>(A);
  const std::vector<Penalties> all = {{},           {0.5, 0, 0, 0}, {0, 0.5, 0, 0},
                                      {0, 0, 2, 0}, {0, 0, 0, 2},   {0.2, 0.3, 0.4, 0.5}};
  for (const Penalties& penalties : all) {
    for (const Index repeats : {0, 1, 4}) {
      if (repeats > 1 && TypeParam::kAlgorithm == Algorithm::anls) continue;  // refused
      SCOPED_TRACE(::testing::Message()
                   << "l1 " << penalties.l1_w << " " << penalties.l1_h << ", l2 " << penalties.l2_w
                   << " " << penalties.l2_h << ", inner repeats " << repeats);
      Options options = TypeParam::options(4, 1000);
      options.penalties = penalties;
      options.inner_repeats = repeats;
      options.seed = 5;
      Solver<T> solver(data.view(), options);
      double previous = std::numeric_limits<double>::infinity();
      for (int sweep = 0; sweep < 40; ++sweep) {
        solver.step();
        const Dense W = to_dense<T>(solver.W());
        const Dense Ht = to_dense<T>(solver.Ht());
        const double current = objective(A, W, Ht, penalties);
        const double allowed = rise_tolerance<T>(A, W, Ht, current);
        ASSERT_LE(current, previous + allowed) << "sweep " << sweep;
        previous = current;
        const LossRecord record = solver.check();
        ASSERT_NEAR(record.objective, current, loss_tolerance<T>(A) + allowed) << sweep;
        ASSERT_NEAR(record.loss, 0.5 * squared_residual(A, W, Ht), loss_tolerance<T>(A)) << sweep;
      }
    }
  }
}

TYPED_TEST(MonotoneTest, FactorsKeepToTheFloor) {
  using T = typename TypeParam::Scalar;
  // A sparse matrix: without a floor many entries go to zero.
  const Dense A = rounded<T>(sparse_matrix(40, 30, 2, 0.7));
  for (const double floor : {0.0, 1e-6, 0.05, 2.0}) {
    SCOPED_TRACE(floor);
    Options options = TypeParam::options(5, 30);
    options.floor = floor;

    const Factors found = factors_of(factorize_dense<T>(A, options));

    const double least = floor_of(options, A) * (1 - 4 * kUnitRoundoff<T>);
    EXPECT_GE(smallest_entry(found.W), least);
    EXPECT_GE(smallest_entry(found.Ht), least);
  }
}

TYPED_TEST(MonotoneTest, TheDefaultFloorIsTheAlgorithmsOwn) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(sparse_matrix(40, 30, 3, 0.7));
  const Options options = TypeParam::options(5, 200);

  const Factors found = factors_of(factorize_dense<T>(A, options));

  const double least = floor_of(options, A) * (1 - 4 * kUnitRoundoff<T>);
  EXPECT_GE(std::min(smallest_entry(found.W), smallest_entry(found.Ht)), least);
  if (TypeParam::kAlgorithm == Algorithm::mu) {
    EXPECT_GT(smallest_entry(found.W), 0);
  } else {
    EXPECT_EQ(smallest_entry(found.W), 0);
  }
}

TYPED_TEST(MonotoneTest, FirstFactorsAreRaisedToTheFloorToo) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(6, 5, 4));
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> W0 = to_matrix<T>(Dense(6, 2, 1e-8));
  const Matrix<T> H0 = to_matrix<T>(Dense(2, 5, 1e-8));
  Options options = TypeParam::options(2, 5);
  options.floor = 0.1;
  const Solver<T> solver(data.view(), options, {W0.view(), H0.view()});

  const double least = floor_of(options, A);
  EXPECT_TRUE(entries_close(to_dense<T>(solver.W()), Dense(6, 2, least), 4 * kUnitRoundoff<T>));
  EXPECT_TRUE(entries_close(to_dense<T>(solver.Ht()), Dense(5, 2, least), 4 * kUnitRoundoff<T>));
}

}  // namespace
}  // namespace nonneg::test
