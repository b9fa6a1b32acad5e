// SPDX-License-Identifier: Apache-2.0
// Whole sweeps against the naive ones: W from the old H, then H from the new W.
#include <type_traits>

#include "options/resolve.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class ReferenceSweepTest : public SolverTest<Case> {
 protected:
  /// Rows stop repeating when a pass moves them by less than a tenth of the first one (Gillis &
  /// Glineur 2012): as squares, 0.01.
  static constexpr double kRepeatTolerance = 0.01;

  /// Holds `sweeps` sweeps to the naive ones, and their objectives where these are no smaller than
  /// rounding. Returns how many of the naive ones were undone.
  static Index check(const Dense& data, const Factors& start, Options options, Index sweeps,
                     bool with_objective) {
    using T = typename Case::Scalar;
    const Dense A = rounded<T>(data);
    const Index k = options.rank;
    SCOPED_TRACE(::testing::Message()
                 << A.rows << " x " << A.cols << ", k = " << k << ", inner repeats "
                 << options.inner_repeats << ", panels of " << options.panel_rows
                 << ", extrapolation " << extrapolates(options));
    const Matrix<T> A_data = to_matrix<T>(A);
    const Matrix<T> W0 = to_matrix<T>(start.W);
    const Matrix<T> H0 = to_matrix<T>(transpose(start.Ht));
    options.max_iterations = 1000;
    Solver<T> solver(A_data.view(), options, {W0.view(), H0.view()});
    Extrapolated expected{{rounded<T>(start.W), rounded<T>(start.Ht)}};
    const double floor = floor_of(options, A);
    const auto sweep_once = [&](Factors& factors, const Dense& point) {
      sweep(Case::kAlgorithm, A, factors, options.penalties, floor, options.inner_repeats,
            kRepeatTolerance, extrapolates(options) ? &point : nullptr);
    };
    for (Index done = 1; done <= sweeps; ++done) {
      solver.step();
      if (extrapolates(options)) {
        expected.sweep(A, options.penalties, floor, sweep_once);
      } else {
        sweep_once(expected.factors, expected.point);
      }
      if (done != 1 && done != 2 && done != 10 && done != sweeps) continue;
      // Where k > min(m, n) the Gram matrices are singular and single factors drift with rounding,
      // but not their product.
      const double tolerance = sweep_tolerance<T>(std::max(A.rows, A.cols), done);
      const auto& [W, Ht] = expected.factors;
      const Dense WH = model(to_dense<T>(solver.W()), to_dense<T>(solver.Ht()));
      EXPECT_LT(relative_distance(WH, model(W, Ht)), tolerance) << "after " << done;
      if (with_objective) {
        const double reached = objective(A, W, Ht, options.penalties);
        EXPECT_NEAR(solver.check().objective, reached, tolerance * reached) << "after " << done;
      }
      if (k > std::min(A.rows, A.cols)) continue;
      EXPECT_LT(relative_distance(to_dense<T>(solver.W()), W), tolerance) << "after " << done;
      EXPECT_LT(relative_distance(to_dense<T>(solver.Ht()), Ht), tolerance) << "after " << done;
    }
    return expected.undone;
  }
};
TYPED_TEST_SUITE(ReferenceSweepTest, BackendCases, SolverNames);

TYPED_TEST(ReferenceSweepTest, SweepsAreTheFormulas) {
  const std::vector<Shape> shapes = {{1, 9, 2},
                                     {9, 1, 2},
                                     {5, 4, 7},
                                     {TypeParam::sized(37, 17), TypeParam::sized(29, 11), 4},
                                     {TypeParam::sized(130, 35), TypeParam::sized(20, 6), 3}};
  const std::vector<Penalties> all = {{}, {0.3, 0, 0, 0}, {0, 0.2, 0, 0.5}, {0.1, 0.2, 0.3, 0.4}};
  for (const Shape& shape : shapes) {
    const Dense A = random_matrix(shape.m, shape.n, 1);
    const Factors start = random_start(shape.m, shape.n, shape.k, 2);
    for (const Penalties& penalties : all) {
      for (const Index repeats : {1, 3}) {
        // ANLS refuses repeats, and has one minimum only where Gram matrices are regular.
        const bool unique = repeats == 1 && shape.k <= std::min(shape.m, shape.n);
        if (TypeParam::kAlgorithm == Algorithm::anls && !unique) continue;
        Options options = TypeParam::options(shape.k, 0);
        options.penalties = penalties;
        options.inner_repeats = repeats;
        options.extrapolation = false;
        this->check(A, start, options, TypeParam::sized(10, 4), false);
      }
    }
  }
}

TYPED_TEST(ReferenceSweepTest, SweepsOfManyBlocksAndPanelsAreTheFormulas) {
  // As each rule runs by itself: hals with extrapolation.
  const Dense A = noisy_planted(97, 43, 5, 3);
  for (const Index k : {Index{5}, Index{17}}) {
    Options options = TypeParam::options(k, 0);
    options.inner_repeats = k == 17 && TypeParam::kAlgorithm == Algorithm::hals ? 3 : 1;
    if (k == 17) options.penalties = {.l1_w = 0.1, .l1_h = 0.2, .l2_w = 0.3, .l2_h = 0.1};
    const Factors start = random_start(97, 43, k, 4);
    const bool quick = k == 5 && TypeParam::kAlgorithm != Algorithm::anls;
    // In float32 it is rounding that decides whether a late extrapolated sweep is undone.
    const bool parts = TypeParam::kAlgorithm == Algorithm::hals &&
                       std::is_same_v<typename TypeParam::Scalar, float>;
    this->check(A, start, options, quick && !parts ? 50 : 10, true);
    if (quick && parts) {
      Options plain = options;
      plain.extrapolation = false;
      this->check(A, start, plain, 50, true);
    }
    for (const Index panel_rows : {1, 16, 96}) {
      if (TypeParam::kOnDevice && panel_rows != 16) continue;  // PanelsTest has them
      options.panel_rows = panel_rows;
      this->check(A, start, options, 2, true);
    }
  }
}

template <class Case>
class ExtrapolatedSweepTest : public ReferenceSweepTest<Case> {};
using HalsCases = ::testing::Types<SolverCase<float, Algorithm::hals, BackendKind::cpu>,
                                   SolverCase<double, Algorithm::hals, BackendKind::cpu>,
                                   SolverCase<float, Algorithm::hals, BackendKind::cuda>,
                                   SolverCase<double, Algorithm::hals, BackendKind::cuda>>;
TYPED_TEST_SUITE(ExtrapolatedSweepTest, HalsCases, SolverNames);

TYPED_TEST(ExtrapolatedSweepTest, OneThatRaisesTheObjectiveIsUndone) {
  Options options = TypeParam::options(4, 0);
  options.inner_repeats = 1;
  const Dense A = noisy_planted(41, 29, 4, 1, 0.02);
  const Factors start = random_start(41, 29, 4, 4);
  EXPECT_EQ(this->check(A, start, options, 18, false), 0);
  EXPECT_EQ(this->check(A, start, options, 19, false), 1);
  EXPECT_EQ(this->check(A, start, options, 23, false), 1);
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
