// SPDX-License-Identifier: Apache-2.0
// Which split of W·H between W and H is handed out.
#include "nonneg/snapshot.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class BalanceTest : public SolverTest<Case> {
 protected:
  /// The largest and the smallest ratio of the norms of W_j and H_j, over all components.
  static std::pair<double, double> ratios(const Factors& f) {
    const Dense w = gram(f.W);
    const Dense h = gram(f.Ht);
    std::pair<double, double> found{std::numeric_limits<double>::infinity(), 0};
    for (Index c = 0; c < w.rows; ++c) {
      const double ratio = std::sqrt(w(c, c) / h(c, c));
      found = {std::min(found.first, ratio), std::max(found.second, ratio)};
    }
    return found;
  }

  static bool is_balanced(const Factors& f) {
    const auto [least, most] = ratios(f);
    return least > 1 - 1e-5 && most < 1 + 1e-5;
  }

  Dense A_ = noisy_planted(Case::sized(60, 23), Case::sized(35, 17), 4, 1);
};
TYPED_TEST_SUITE(BalanceTest, RunCases, SolverNames);

TYPED_TEST(BalanceTest, ComponentsFromDrawnFactorsAreAsLongInWAsInH) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(4, 30);
  const Factors found = factors_of(factorize_dense<T>(this->A_, options));
  if (TypeParam::kAlgorithm == Algorithm::mu) {
    EXPECT_FALSE(this->is_balanced(found)) << "mu is left as it is";
    return;
  }
  EXPECT_TRUE(this->is_balanced(found));
  // Where something else says how W·H is split, that is left.
  options.penalties = {0.1, 0.2, 0, 0};
  EXPECT_FALSE(this->is_balanced(factors_of(factorize_dense<T>(this->A_, options))));
  options.penalties = {};
  options.floor = 1e-3;
  EXPECT_FALSE(this->is_balanced(factors_of(factorize_dense<T>(this->A_, options))));
  options.floor.reset();
  const Factors start = random_start(this->A_.rows, this->A_.cols, 4, 3);
  EXPECT_FALSE(this->is_balanced(factors_of(factorize_dense<T>(this->A_, options, start))));
}

TYPED_TEST(BalanceTest, TheModelIsThatOfTheFactorsAsTheyWere) {
  using T = typename TypeParam::Scalar;
  const Result<T> found = factorize_dense<T>(this->A_, TypeParam::options(4, 30));
  const double residual =
      squared_residual(rounded<T>(this->A_), to_dense<T>(found.W), to_dense<T>(found.Ht));
  EXPECT_NEAR(0.5 * residual, found.loss_history.back().loss, loss_tolerance<T>(this->A_));
}

TYPED_TEST(BalanceTest, AComponentOfZerosStaysOne) {
  // Rank 3 of a matrix of rank 1: what is left over dies under a floor of 0.
  using T = typename TypeParam::Scalar;
  Dense A(8, 6, 0);
  A(2, 3) = 4;
  const Result<T> found = factorize_dense<T>(A, TypeParam::options(3, 20));
  EXPECT_TRUE(all_finite(to_dense<T>(found.W)));
  EXPECT_TRUE(all_finite(to_dense<T>(found.Ht)));
  EXPECT_NEAR(model_of(found)(2, 3), 4, 1e-3);
}

template <class T>
class LastSnapshot : public SnapshotSink<T> {
 public:
  void accept(const Snapshot<T>& snapshot) override {
    factors = {to_dense<T>(snapshot.W), to_dense<T>(snapshot.Ht)};
    drawn = snapshot.iteration == 0 ? factors : drawn;
  }
  Factors factors;
  Factors drawn;
};

TYPED_TEST(BalanceTest, SnapshotsAreHandedOutAsTheResultIs) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(this->A_);
  Options options = TypeParam::options(4, 12);
  const Solver<T> unused(data.view(), options);
  const Dense drawn = to_dense<T>(unused.W());
  Solver<T> solver(data.view(), options);
  LastSnapshot<T> sink;
  solver.stream_to(sink, {{SnapshotSchedule::Kind::every}});
  solver.run();
  const Result<T> result = solver.result();
  EXPECT_TRUE(entries_equal(sink.drawn.W, drawn)) << "the first factors are as they were drawn";
  EXPECT_TRUE(entries_equal(sink.factors.W, to_dense<T>(result.W)));
  EXPECT_TRUE(entries_equal(sink.factors.Ht, to_dense<T>(result.Ht)));
}

TYPED_TEST(BalanceTest, ScalesDoNotDriftApart) {
  // With momentum along the scales this ratio was beyond 500.
  using T = typename TypeParam::Scalar;
  if (TypeParam::kOnDevice) GTEST_SKIP() << "takes too many sweeps";
  Options options = TypeParam::options(4, 500);
  const Factors start = random_start(this->A_.rows, this->A_.cols, 4, 3);
  const auto [least, most] = this->ratios(factors_of(factorize_dense<T>(this->A_, options, start)));
  EXPECT_GT(least, 0.02);
  EXPECT_LT(most, 50);
}

TYPED_TEST(BalanceTest, APenaltyOnOneFactorAloneEndsFiniteWithAWarning) {
  using T = typename TypeParam::Scalar;
  for (const Penalties& penalties : {Penalties{0.1, 0, 0, 0}, Penalties{0, 0, 0, 0.2}}) {
    Options options = TypeParam::options(3, TypeParam::sized(800, 20));
    options.penalties = penalties;
    const Result<T> found = factorize_dense<T>(this->A_, options);
    EXPECT_TRUE(all_finite(to_dense<T>(found.W)));
    EXPECT_TRUE(all_finite(to_dense<T>(found.Ht)));
    ASSERT_EQ(found.warnings.size(), 1U);
    EXPECT_TRUE(mentions(found.warnings[0], penalties.l1_w > 0 ? "l1_w = 0.1" : "l2_h = 0.2"));
    EXPECT_TRUE(mentions(found.warnings[0], penalties.l1_w > 0 ? "l1_h" : "l1_w"));
  }
  Options both = TypeParam::options(3, 5);
  both.penalties = {0.1, 0, 0, 0.2};
  EXPECT_TRUE(factorize_dense<T>(this->A_, both).warnings.empty());
}

}  // namespace
}  // namespace nonneg::test
