// SPDX-License-Identifier: Apache-2.0
// The floor that each algorithm has of its own, first factors below it, and the least entry of a
// model.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class FloorTest : public SolverTest<Case> {};
TYPED_TEST_SUITE(FloorTest, BackendCases, SolverNames);

TYPED_TEST(FloorTest, TheDefaultFloorIsTheAlgorithmsOwn) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(sparse_matrix(40, 30, 3, 0.7));
  const Options options = TypeParam::options(5, TypeParam::sized(200, 10));

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

TEST(LeastModelTest, PowersOfATinyModelStayWithinFloat) {
  for (const double beta : {-3.0, -1.0, 0.0, 0.5}) {
    SCOPED_TRACE(beta);
    const Matrix<float> data = to_matrix<float>(rounded<float>(random_matrix(30, 20, 6, 0.5, 2)));
    Dense tiny = random_matrix(30, 3, 7, 0.2, 1);
    for (Index c = 0; c < 3; ++c) tiny(11, c) = 1e-12;
    const Matrix<float> W0 = to_matrix<float>(tiny);
    const Matrix<float> H0 = to_matrix<float>(random_matrix(3, 20, 8, 0.2, 1));
    Options options;
    options.rank = 3;
    options.beta = beta;
    options.algorithm = Algorithm::mu;
    options.backend = BackendKind::cpu;
    options.max_iterations = 30;
    options.tolerance = 0;
    options.check_every = 1;
    options.init = Init::custom;

    // Throws where a factor or the loss is not finite.
    const Result<float> result =
        factorize<float>(data.view(), options, InitialFactors<float>{W0.view(), H0.view()});

    for (std::size_t i = 1; i < result.loss_history.size(); ++i) {
      EXPECT_LE(result.loss_history[i].loss, result.loss_history[i - 1].loss * (1 + 1e-5)) << i;
    }
    EXPECT_GT(result.W(11, 0), 1e-12F);
  }
}

}  // namespace
}  // namespace nonneg::test
