// SPDX-License-Identifier: Apache-2.0
// c·A has the factors of A times √c, and the same iterates on the way.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class ScaleTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  /// Powers of 2 that A may be multiplied by without leaving the type.
  static std::vector<int> exponents() {
    std::vector<int> result = {2, -2, 10, -10, 24, -24, 26, -26, 60, -60};
    if (sizeof(Scalar) == sizeof(double)) result.insert(result.end(), {198, -198, 220, -220, 400});
    return result;
  }

  static Options options() {
    Options options = Case::options(5, 12);
    options.check_every = 4;
    options.seed = 3;
    return options;
  }
};
TYPED_TEST_SUITE(ScaleTest, SolverCases, SolverNames);

TYPED_TEST(ScaleTest, APowerOfFourChangesNoBitOfTheFactors) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(67, 41, 5, 1));
  const Factors plain = factors_of(factorize_dense<T>(A, this->options()));
  for (const int exponent : this->exponents()) {
    SCOPED_TRACE(exponent);
    const double root = std::ldexp(1.0, exponent / 2);

    const Result<T> result = factorize_dense<T>(scaled(A, root * root), this->options());

    EXPECT_TRUE(entries_equal(to_dense<T>(result.W), scaled(plain.W, root)));
    EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), scaled(plain.Ht, root)));
  }
}

TYPED_TEST(ScaleTest, LossesScaleWithTheSquare) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(67, 41, 5, 1));
  const Result<T> plain = factorize_dense<T>(A, this->options());
  for (const int exponent : this->exponents()) {
    SCOPED_TRACE(exponent);
    const double c = std::ldexp(1.0, exponent);

    const Result<T> result = factorize_dense<T>(scaled(A, c), this->options());

    ASSERT_EQ(result.loss_history.size(), plain.loss_history.size());
    for (std::size_t r = 0; r < plain.loss_history.size(); ++r) {
      EXPECT_DOUBLE_EQ(result.loss_history[r].loss, plain.loss_history[r].loss * c * c);
      EXPECT_DOUBLE_EQ(result.loss_history[r].objective, plain.loss_history[r].objective * c * c);
      EXPECT_DOUBLE_EQ(result.loss_history[r].relative_error, plain.loss_history[r].relative_error);
    }
  }
}

TYPED_TEST(ScaleTest, PenaltiesScaleAlong) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(67, 41, 5, 1));
  Options plain_options = this->options();
  plain_options.penalties = {0.5, 0.25, 0.75, 0.125};
  const Result<T> plain = factorize_dense<T>(A, plain_options);
  for (const int exponent : this->exponents()) {
    SCOPED_TRACE(exponent);
    // ½‖A − WH‖² grows by c², ΣW by √c, ΣW² by c: l1 must grow by c^1.5 and l2 by c.
    const double root = std::ldexp(1.0, exponent / 2);
    Options options = plain_options;
    options.penalties.l1_w *= root * root * root;
    options.penalties.l1_h *= root * root * root;
    options.penalties.l2_w *= root * root;
    options.penalties.l2_h *= root * root;

    const Result<T> result = factorize_dense<T>(scaled(A, root * root), options);

    EXPECT_TRUE(entries_equal(to_dense<T>(result.W), scaled(to_dense<T>(plain.W), root)));
    EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), scaled(to_dense<T>(plain.Ht), root)));
    EXPECT_NEAR(result.loss_history.back().objective / std::ldexp(1.0, exponent) /
                    std::ldexp(1.0, exponent),
                plain.loss_history.back().objective, 1e-12 * plain.loss_history.back().objective);
  }
}

TYPED_TEST(ScaleTest, OtherFactorsOfScaleAgreeToRounding) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(67, 41, 5, 1));
  const Dense plain = model_of(factorize_dense<T>(A, this->options()));
  for (const double c : {3.0, 0.1, 2.0, 1e-20, 1e20}) {
    SCOPED_TRACE(c);
    const Dense found = model_of(factorize_dense<T>(scaled(A, c), this->options()));
    EXPECT_LT(relative_distance(scaled(found, 1 / c), plain), sweep_tolerance<T>(67, 12));
  }
}

TYPED_TEST(ScaleTest, CallersFirstFactorsScaleAlong) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(67, 41, 5, 1));
  const Factors start = random_start(67, 41, 5, 2);
  const Factors plain = factors_of(factorize_dense<T>(A, this->options(), start));
  for (const int exponent : this->exponents()) {
    SCOPED_TRACE(exponent);
    const double root = std::ldexp(1.0, exponent / 2);
    const Factors scaled_start{scaled(rounded<T>(start.W), root),
                               scaled(rounded<T>(start.Ht), root)};

    const Result<T> result =
        factorize_dense<T>(scaled(A, root * root), this->options(), scaled_start);

    EXPECT_TRUE(entries_equal(to_dense<T>(result.W), scaled(plain.W, root)));
    EXPECT_TRUE(entries_equal(to_dense<T>(result.Ht), scaled(plain.Ht, root)));
  }
}

}  // namespace
}  // namespace nonneg::test
