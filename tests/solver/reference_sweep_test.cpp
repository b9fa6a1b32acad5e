// Whole sweeps against the naive ones: W from the old H, then H from the new W.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class ReferenceSweepTest : public ::testing::Test {};
TYPED_TEST_SUITE(ReferenceSweepTest, SolverCases, SolverNames);

/// Rows stop repeating when a pass moves them by less than a tenth of the first one (Gillis &
/// Glineur 2012): as squares, 0.01.
constexpr double kRepeatTolerance = 0.01;

TYPED_TEST(ReferenceSweepTest, SweepsAreTheFormulas) {
  using T = typename TypeParam::Scalar;
  const std::vector<Shape> shapes = {{37, 29, 4}, {1, 9, 2}, {9, 1, 2}, {5, 4, 7}, {130, 20, 3}};
  const std::vector<Penalties> all = {{}, {0.3, 0, 0, 0}, {0, 0.2, 0, 0.5}, {0.1, 0.2, 0.3, 0.4}};
  for (const Shape& shape : shapes) {
    const Dense A = rounded<T>(random_matrix(shape.m, shape.n, 1));
    const Factors start = random_start(shape.m, shape.n, shape.k, 2);
    for (const Penalties& penalties : all) {
      for (const Index repeats : {1, 3}) {
        // ANLS refuses repeats, and has one minimum only where Gram matrices are regular.
        const bool unique = repeats == 1 && shape.k <= std::min(shape.m, shape.n);
        if (TypeParam::kAlgorithm == Algorithm::anls && !unique) continue;
        SCOPED_TRACE(shape);
        SCOPED_TRACE(repeats);
        Options options = TypeParam::options(shape.k, 1000);
        options.penalties = penalties;
        options.inner_repeats = repeats;
        options.extrapolation = false;
        const Matrix<T> data = to_matrix<T>(A);
        const Matrix<T> W0 = to_matrix<T>(start.W);
        const Matrix<T> H0 = to_matrix<T>(transpose(start.Ht));
        Solver<T> solver(data.view(), options, {W0.view(), H0.view()});
        Factors expected{rounded<T>(start.W), rounded<T>(start.Ht)};
        for (Index done = 1; done <= 10; ++done) {
          solver.step();
          sweep(TypeParam::kAlgorithm, A, expected, penalties, floor_of(options, A), repeats,
                kRepeatTolerance);
          if (done != 1 && done != 2 && done != 10) continue;
          // Where k > min(m, n) the Gram matrices are singular and single factors drift with
          // rounding, but not their product.
          const double tolerance = sweep_tolerance<T>(shape.m + shape.n, done);
          EXPECT_LT(relative_distance(model(to_dense<T>(solver.W()), to_dense<T>(solver.Ht())),
                                      model(expected.W, expected.Ht)),
                    tolerance)
              << "after " << done;
          if (shape.k > std::min(shape.m, shape.n)) continue;
          EXPECT_LT(relative_distance(to_dense<T>(solver.W()), expected.W), tolerance) << done;
          EXPECT_LT(relative_distance(to_dense<T>(solver.Ht()), expected.Ht), tolerance) << done;
        }
      }
    }
  }
}

TYPED_TEST(ReferenceSweepTest, FirstFactorsAreTheCallersUntilTheFirstSweep) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(7, 5, 1);
  const Factors start = random_start(7, 5, 3, 2);
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> W0 = to_matrix<T>(start.W);
  const Matrix<T> H0 = to_matrix<T>(transpose(start.Ht));
  Options options = TypeParam::options(3, 10);
  options.init = Init::custom;
  Solver<T> solver(data.view(), options, {W0.view(), H0.view()});

  EXPECT_TRUE(entries_equal(to_dense<T>(solver.W()), to_dense<T>(W0)));
  EXPECT_TRUE(entries_equal(to_dense<T>(solver.Ht()), rounded<T>(start.Ht)));
  EXPECT_EQ(solver.iteration(), 0);
  EXPECT_TRUE(solver.loss_history().empty());
  const LossRecord record = solver.check();
  EXPECT_EQ(record.iteration, 0);
  const Dense rounded_A = rounded<T>(A);
  EXPECT_NEAR(record.loss, 0.5 * squared_residual(rounded_A, to_dense<T>(W0), rounded<T>(start.Ht)),
              loss_tolerance<T>(rounded_A));
}

TYPED_TEST(ReferenceSweepTest, FirstFactorsMayBeViewsWithGaps) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(7, 5, 1);
  const Factors start = random_start(7, 5, 3, 2);
  const Options options = TypeParam::options(3, 4);
  const Factors expected = factors_of(factorize_dense<T>(A, options, start));
  Dense W_wide(7, 8, -1);
  Dense H_wide(3, 9, -1);
  for (Index c = 0; c < 3; ++c) {
    for (Index i = 0; i < 7; ++i) W_wide(i, c) = start.W(i, c);
    for (Index j = 0; j < 5; ++j) H_wide(c, j) = start.Ht(j, c);
  }
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> W0 = to_matrix<T>(W_wide);
  const Matrix<T> H0 = to_matrix<T>(H_wide);

  const Result<T> result = factorize<T>(
      data.view(), options, InitialFactors<T>{{W0.data(), 7, 3, 8}, {H0.data(), 3, 5, 9}});

  EXPECT_TRUE(entries_equal(to_dense<T>(result.W), expected.W));
  EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), expected.Ht));
}

TYPED_TEST(ReferenceSweepTest, RandomFirstFactorsMatchTheMeanOfA) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(300, 200, 1, 3, 5));
  const Matrix<T> data = to_matrix<T>(A);
  const Solver<T> solver(data.view(), TypeParam::options(20, 1));
  const Dense W = to_dense<T>(solver.W());
  const Dense Ht = to_dense<T>(solver.Ht());
  // E[W·H] = mean(A). The mean of W·H varies by the column means of W and H, each of which is that
  // of 300 or 200 uniforms.
  EXPECT_NEAR(mean(model(W, Ht)), mean(A), 0.05 * mean(A));
  EXPECT_GT(smallest_entry(W), 0);
  EXPECT_GT(smallest_entry(Ht), 0);
}

TYPED_TEST(ReferenceSweepTest, HIsTheTransposeOfHt) {
  using T = typename TypeParam::Scalar;
  const Result<T> result = factorize_dense<T>(random_matrix(7, 5, 1), TypeParam::options(3, 2));
  EXPECT_EQ(result.W.rows(), 7);
  EXPECT_EQ(result.W.cols(), 3);
  EXPECT_EQ(result.Ht.rows(), 5);
  EXPECT_EQ(result.Ht.cols(), 3);
  EXPECT_TRUE(entries_equal(to_dense<T>(result.H()), transpose(to_dense<T>(result.Ht))));
}

}  // namespace
}  // namespace nonneg::test
