// The floor that each algorithm has of its own, and first factors below it.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class FloorTest : public ::testing::Test {};
TYPED_TEST_SUITE(FloorTest, SolverCases, SolverNames);

TYPED_TEST(FloorTest, TheDefaultFloorIsTheAlgorithmsOwn) {
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

TYPED_TEST(FloorTest, FirstFactorsAreRaisedToTheFloorToo) {
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
