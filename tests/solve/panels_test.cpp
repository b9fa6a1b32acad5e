// SPDX-License-Identifier: Apache-2.0
// Panels may be cut anywhere, threads may be few or many, precisions agree, and runs repeat.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class PanelsTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  // Large enough for several workers, no multiple of any block.
  static constexpr Index kRows = Case::sized(1499, 97);
  static constexpr Index kCols = Case::sized(83, 43);
  static constexpr Index kRank = Case::sized(9, 5);
  static constexpr Index kSweeps = Case::sized(6, 4);

  static Options options() {
    Options options = Case::options(kRank, kSweeps);
    options.seed = 11;
    return options;
  }
  static Dense data() { return rounded<Scalar>(noisy_planted(kRows, kCols, kRank, 1)); }

  static void expect_near(const Result<Scalar>& actual, const Result<Scalar>& expected) {
    const double tolerance = sweep_tolerance<Scalar>(kRows, kSweeps);
    EXPECT_LT(relative_distance(to_dense<Scalar>(actual.W), to_dense<Scalar>(expected.W)),
              tolerance);
    EXPECT_LT(relative_distance(to_dense<Scalar>(actual.Ht), to_dense<Scalar>(expected.Ht)),
              tolerance);
    EXPECT_NEAR(actual.relative_error, expected.relative_error, tolerance);
  }

  static void expect_equal(const Result<Scalar>& actual, const Result<Scalar>& expected) {
    EXPECT_TRUE(entries_equal(to_dense<Scalar>(actual.W), to_dense<Scalar>(expected.W)));
    EXPECT_TRUE(entries_equal(to_dense<Scalar>(actual.Ht), to_dense<Scalar>(expected.Ht)));
    EXPECT_EQ(actual.relative_error, expected.relative_error);
  }
};
TYPED_TEST_SUITE(PanelsTest, RunCases, SolverNames);

/// The device has none.
template <class Case>
class WorkersTest : public PanelsTest<Case> {};
TYPED_TEST_SUITE(WorkersTest, SolverCases, SolverNames);

TYPED_TEST(PanelsTest, OnePanelIsManyIsOneRowAtATime) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  options.panel_rows = TestFixture::kRows;
  const Result<T> one_panel = factorize_dense<T>(this->data(), options);
  EXPECT_EQ(one_panel.panel_rows, TestFixture::kRows);
  for (const Index panel_rows : {Index{0}, Index{1}, Index{7}, Index{64}, TestFixture::kRows / 2,
                                 TestFixture::kRows - 1, Index{100000}}) {
    SCOPED_TRACE(panel_rows);
    options.panel_rows = panel_rows;
    const Result<T> result = factorize_dense<T>(this->data(), options);
    this->expect_near(result, one_panel);
    EXPECT_GE(result.panel_rows, 1);
    EXPECT_LE(result.panel_rows, TestFixture::kRows);
  }
}

TYPED_TEST(WorkersTest, SharesMayBeCutToo) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  options.panel_rows = TestFixture::kRows;
  const Result<T> expected = factorize_dense<T>(this->data(), options);
  options.threads = 3;
  for (const Index panel_rows : {1, 100, 100000}) {
    SCOPED_TRACE(panel_rows);
    options.panel_rows = panel_rows;
    this->expect_near(factorize_dense<T>(this->data(), options), expected);
  }
}

TYPED_TEST(WorkersTest, SumTheResidualOfAllRows) {
  using T = typename TypeParam::Scalar;
  // Exactly of rank 2 in whole numbers: the identity cancels, and every worker reads its share
  // again.
  Dense W = random_matrix(TestFixture::kRows, 2, 3, 1, 9);
  Dense Ht = random_matrix(600, 2, 4, 1, 9);
  for (double& entry : W.entries) entry = std::floor(entry);
  for (double& entry : Ht.entries) entry = std::floor(entry);
  const Dense A = model(W, Ht);
  Options options = TypeParam::options(2, 1);
  options.threads = 3;

  const Result<T> result = factorize_dense<T>(A, options, {W, Ht});

  EXPECT_TRUE(result.loss_history.back().direct);
  EXPECT_NEAR(result.relative_error,
              std::sqrt(squared_residual(A, to_dense<T>(result.W), to_dense<T>(result.Ht)) /
                        squared_norm(A)),
              gamma<T>(4));
}

TYPED_TEST(WorkersTest, AnyNumberOfThemAgrees) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  options.threads = 1;
  const Result<T> one = factorize_dense<T>(this->data(), options);
  EXPECT_EQ(one.threads, 1);
  for (const int threads : {0, 2, 3, 16}) {
    SCOPED_TRACE(threads);
    options.threads = threads;
    const Result<T> result = factorize_dense<T>(this->data(), options);
    this->expect_near(result, one);
    EXPECT_TRUE(threads == 0 || result.threads == threads) << result.threads;
  }
}

TYPED_TEST(PanelsTest, TheSameRunTwiceIsTheSameBitForBit) {
  using T = typename TypeParam::Scalar;
  for (const int threads : {1, 2}) {
    if (TypeParam::kOnDevice && threads > 1) continue;
    for (const Index panel_rows : {Index{0}, TypeParam::sized(100, 40)}) {
      Options options = this->options();
      options.threads = threads;
      options.panel_rows = panel_rows;
      this->expect_equal(factorize_dense<T>(this->data(), options),
                         factorize_dense<T>(this->data(), options));
    }
  }
}

TYPED_TEST(PanelsTest, AnotherSeedIsAnotherRun) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  const Dense first = model_of(factorize_dense<T>(this->data(), options));
  options.seed = 12;
  EXPECT_GT(relative_distance(model_of(factorize_dense<T>(this->data(), options)), first), 1e-6);
}

TYPED_TEST(PanelsTest, BothPrecisionsAgree) {
  using T = typename TypeParam::Scalar;
  // float32 data in either compute type: the first factors agree to 2^-23.
  const Matrix<float> data = to_matrix<float>(this->data());
  const Matrix<double> wide = to_matrix<double>(to_dense(data));
  const Result<T> actual = factorize<T>(DataView(data.view()), this->options());
  const Result<double> expected = factorize<double>(DataView(wide.view()), this->options());
  EXPECT_LT(relative_distance(model_of(actual), model_of(expected)),
            sweep_tolerance<float>(TestFixture::kRows, TestFixture::kSweeps));
}

TYPED_TEST(PanelsTest, HowAIsStoredDoesNotMatter) {
  using T = typename TypeParam::Scalar;
  // Whole numbers to 255: every type holds them.
  Dense A = random_matrix(TestFixture::kRows, TestFixture::kCols, 2, 0, 255);
  for (double& entry : A.entries) entry = std::floor(entry);
  const Result<T> expected = factorize_dense<T>(A, this->options());

  const std::vector<std::uint8_t> bytes(A.entries.begin(), A.entries.end());
  this->expect_equal(factorize<T>(DataView(bytes.data(), ElementType::uint8, TestFixture::kRows,
                                           TestFixture::kCols, TestFixture::kCols, 1),
                                  this->options()),
                     expected);

  const Dense At = transpose(A);
  const std::vector<std::int32_t> columns(At.entries.begin(), At.entries.end());
  this->expect_equal(factorize<T>(DataView(columns.data(), ElementType::int32, TestFixture::kRows,
                                           TestFixture::kCols, 1, TestFixture::kRows),
                                  this->options()),
                     expected);

  // The compute type itself, with gaps between rows: read where it lies.
  const Index ld = TestFixture::kCols + 5;
  std::vector<T> padded(static_cast<std::size_t>(TestFixture::kRows * ld), T{-1});
  for (Index i = 0; i < TestFixture::kRows; ++i) {
    for (Index j = 0; j < TestFixture::kCols; ++j) {
      padded[static_cast<std::size_t>(i * ld + j)] = static_cast<T>(A(i, j));
    }
  }
  this->expect_near(
      factorize<T>(MatrixView<const T>(padded.data(), TestFixture::kRows, TestFixture::kCols, ld),
                   this->options()),
      expected);
}

TYPED_TEST(PanelsTest, SteppingIsRunning) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(this->data());
  Solver<T> solver(data.view(), this->options());
  for (Index sweep = 0; sweep < TestFixture::kSweeps; ++sweep) solver.step();
  solver.check();

  EXPECT_EQ(solver.iteration(), TestFixture::kSweeps);
  this->expect_equal(solver.result(), factorize_dense<T>(this->data(), this->options()));
}

TYPED_TEST(PanelsTest, AMovedSolverGoesOn) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(this->data());
  Solver<T> first(data.view(), this->options());
  first.step();
  Solver<T> solver = std::move(first);
  solver.run();

  EXPECT_EQ(solver.iteration(), TestFixture::kSweeps);
  this->expect_equal(solver.result(), factorize_dense<T>(this->data(), this->options()));
}

TYPED_TEST(PanelsTest, ChecksDoNotChangeTheIterates) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  const Result<T> rarely = factorize_dense<T>(this->data(), options);
  options.check_every = 1;
  this->expect_equal(factorize_dense<T>(this->data(), options), rarely);
}

}  // namespace
}  // namespace nonneg::test
