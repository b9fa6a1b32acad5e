// SPDX-License-Identifier: Apache-2.0
// L1 makes zeros, L2 shrinks, and neither breaks anything when it is large.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class PenaltiesTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  static Factors found(const Penalties& penalties) {
    Options options = Case::options(4, 300);
    options.penalties = penalties;
    options.check_every = 100;
    const Result<Scalar> result = factorize_dense<Scalar>(noisy_planted(40, 30, 4, 1), options);
    EXPECT_TRUE(std::isfinite(result.relative_error));
    return factors_of(result);
  }

  /// Entries below a millionth of the largest one: MU only approaches zero.
  static Index small_entries(const Dense& X) {
    const double small = 1e-6 * largest(X);
    return std::count_if(X.entries.begin(), X.entries.end(),
                         [&](double entry) { return entry <= small; });
  }
};
TYPED_TEST_SUITE(PenaltiesTest, SolverCases, SolverNames);

TYPED_TEST(PenaltiesTest, L1MakesZerosInItsOwnFactor) {
  // An L2 on both keeps the scale from moving from the punished factor to the other.
  const Factors plain = this->found({0, 0, 1, 1});
  const Factors sparse_w = this->found({3, 0, 1, 1});
  const Factors sparse_h = this->found({0, 3, 1, 1});
  EXPECT_GT(this->small_entries(sparse_w.W), this->small_entries(plain.W));
  EXPECT_GT(this->small_entries(sparse_h.Ht), this->small_entries(plain.Ht));
}

TYPED_TEST(PenaltiesTest, L2ShrinksItsOwnFactorTheMoreTheLargerItIs) {
  double w_norm = std::numeric_limits<double>::infinity();
  double h_norm = w_norm;
  for (const double l2 : {0.0, 0.5, 5.0, 50.0}) {
    SCOPED_TRACE(l2);
    const double next_w = squared_norm(this->found({0, 0, l2, 1}).W);
    const double next_h = squared_norm(this->found({0, 0, 1, l2}).Ht);
    EXPECT_LT(next_w, w_norm);
    EXPECT_LT(next_h, h_norm);
    w_norm = next_w;
    h_norm = next_h;
  }
}

TYPED_TEST(PenaltiesTest, PenaltiesThatWinLeaveAlmostNothing) {
  using T = typename TypeParam::Scalar;
  const Dense A = noisy_planted(40, 30, 4, 1);
  for (const double strength : {1e4, 1e30, 1e300}) {
    SCOPED_TRACE(strength);
    Options options = TypeParam::options(4, 50);
    options.penalties = {strength, strength, 0, 0};

    const Result<T> result = factorize_dense<T>(A, options);

    EXPECT_LT(largest(to_dense<T>(result.W)), 1e-4);
    // Where W is 0 every component of H is dead to HALS, and left as it is.
    EXPECT_TRUE(all_finite(to_dense<T>(result.Ht)));
    EXPECT_LT(largest(model_of(result)), 1e-6);
    EXPECT_NEAR(result.relative_error, 1, 1e-6);
    EXPECT_TRUE(std::isfinite(result.loss_history.back().objective));
  }
}

TYPED_TEST(PenaltiesTest, PenaltiesAreThoseOfTheObjective) {
  // At a minimum, scaling W by t and H by 1/t changes nothing to first order:
  // l1_w·ΣW + l2_w·ΣW² = l1_h·ΣH + l2_h·ΣH², component by component and so in all.
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(3, 3000);
  options.penalties = {0.5, 0.25, 1, 2};
  options.check_every = 1000;
  const Factors f = factors_of(factorize_dense<T>(noisy_planted(40, 30, 3, 1), options));
  const double w_side = 0.5 * entry_sum(f.W) + 1 * squared_norm(f.W);
  const double h_side = 0.25 * entry_sum(f.Ht) + 2 * squared_norm(f.Ht);
  EXPECT_NEAR(w_side, h_side, 1e-3 * h_side);
}

}  // namespace
}  // namespace nonneg::test
