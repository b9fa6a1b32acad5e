// SPDX-License-Identifier: Apache-2.0
#include "formulas/beta_divergence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace nonneg::test {
namespace {

struct Powers {
  static double root(double x) { return std::sqrt(x); }
  static double reciprocal(double x) { return 1 / x; }
  static double reciprocal_root(double x) { return 1 / std::sqrt(x); }
  static double power(double x, double exponent) { return std::pow(x, exponent); }
};

constexpr double kEps = std::numeric_limits<double>::epsilon();

TEST(BetaKinds, AreTheBetasWithFormsOfTheirOwn) {
  EXPECT_EQ(beta_kind(2.0), BetaKind::frobenius);
  EXPECT_EQ(beta_kind(1.0F), BetaKind::kullback_leibler);
  EXPECT_EQ(beta_kind(0.0), BetaKind::itakura_saito);
  EXPECT_EQ(beta_kind(-0.0), BetaKind::itakura_saito);
  EXPECT_EQ(beta_kind(0.5), BetaKind::half);
  EXPECT_EQ(beta_kind(1.5F), BetaKind::three_halves);
  for (const double beta : {-1.0, 0.25, 1.25, 3.0}) EXPECT_EQ(beta_kind(beta), BetaKind::any);
}

TEST(BetaKinds, AreHandedOnAsConstants) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    int calls = 0;
    with_kind(beta_kind(beta), [&]<class Kind>(Kind) {
      ++calls;
      EXPECT_EQ(Kind::kKind, beta_kind(beta));
    });
    EXPECT_EQ(calls, 1);
  }
}

/// Root, reciprocal, power and product each round once, and pow as a whole within 1 unit.
TEST(ModelPowers, AgreeWithPow) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    for (const double v : {1e-3, 0.7, 1.0, 42.0}) {
      const BetaKind kind = beta_kind(beta);
      const double power = model_power<Powers>(kind, v, beta);
      EXPECT_NEAR(power, std::pow(v, beta - 1), 4 * kEps * std::pow(v, beta - 1));
      const double expected = 5 * std::pow(v, beta - 2);
      EXPECT_NEAR(model_quotient(kind, 5.0, v, power), expected, 8 * kEps * expected);
    }
  }
}

TEST(ModelQuotients, HoldWhereTheirPowerAloneLeavesTheType) {
  const double v = 1e-155;
  const double power = model_power<Powers>(BetaKind::itakura_saito, v, 0.0);
  EXPECT_NEAR(model_quotient(BetaKind::itakura_saito, 1e-10, v, power), 1e300, 1e300 * 8 * kEps);
}

TEST(Observed, AreEntriesThatAreNumbersAndCount) {
  EXPECT_TRUE(is_observed(0.0, 1.0));
  EXPECT_FALSE(is_observed(3.0, 0.0));
  EXPECT_FALSE(is_observed(std::numeric_limits<double>::quiet_NaN(), 1.0));
}

TEST(UpdateExponents, AreFevotteAndIdiers) {
  EXPECT_EQ(update_exponent(-1), 1.0 / 3);
  EXPECT_EQ(update_exponent(0), 0.5);
  for (const double beta : {1.0, 1.5, 2.0}) EXPECT_EQ(update_exponent(beta), 1);
  EXPECT_EQ(update_exponent(3), 0.5);
}

TEST(UpdateExponents, RaiseARatio) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 3.0, 5.0}) {
    const double exponent = update_exponent(beta);
    const double raised = ratio_power<Powers>(exponent_kind(exponent), 7.0, exponent);
    EXPECT_NEAR(raised, std::pow(7.0, exponent), 4 * kEps * raised);
  }
  EXPECT_EQ(exponent_kind(1.0), ExponentKind::one);
  EXPECT_EQ(exponent_kind(0.5F), ExponentKind::half);
  EXPECT_EQ(exponent_kind(0.25), ExponentKind::any);
}

}  // namespace
}  // namespace nonneg::test
