// SPDX-License-Identifier: Apache-2.0
#include "formulas/divergence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "formulas/divergence_references.hpp"
#include "formulas/exponentials.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

constexpr double kModel = 0.75;

template <class T>
class FormulasTest : public ::testing::Test {
 protected:
  static constexpr double kEps = 2 * kUnitRoundoff<T>;

  static double divergence(double beta, T a, T v) {
    return entry_divergence(beta_kind(beta), a, v, DivergenceTerms<T>(beta));
  }
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(FormulasTest, Floats);

TEST(EntryDivergences, AgreeWithSixtyDigitsForEveryBetaHoweverNearTheModelIs) {
  for (const Reference& reference : kReferences) {
    for (std::size_t r = 0; r < kRatios.size(); ++r) {
      const double expected = reference.divergences[r];
      const double got = entry_divergence(beta_kind(reference.beta), kRatios[r] * kModel, kModel,
                                          DivergenceTerms<double>(reference.beta));
      EXPECT_NEAR(got, expected, 1e-12 * expected)
          << "beta " << reference.beta << ", ratio " << kRatios[r];
    }
  }
}

TEST(EntryDivergences, OfBetaWithAFormOfItsOwnAreThoseOfAnyBeta) {
  for (const Reference& reference : kReferences) {
    for (std::size_t r = 0; r < kRatios.size(); ++r) {
      const double expected = reference.divergences[r];
      EXPECT_NEAR(
          any_divergence(kRatios[r] * kModel, kModel, DivergenceTerms<double>(reference.beta)),
          expected, 1e-12 * expected)
          << "beta " << reference.beta << ", ratio " << kRatios[r];
    }
  }
}

/// Logarithms and what goes into exponentials round by up to 27 + 27·|β| units.
TEST(EntryDivergences, InFloatAreThoseInDoubleToItsRounding) {
  constexpr double kTolerance = 128 * kUnitRoundoff<float>;
  for (const Reference& reference : kReferences) {
    const BetaKind kind = beta_kind(reference.beta);
    for (const double ratio : kRatios) {
      const auto v = static_cast<float>(kModel);
      const auto a = static_cast<float>(ratio * kModel);
      const double expected =
          entry_divergence<double>(kind, a, v, DivergenceTerms<double>(reference.beta));
      EXPECT_NEAR(entry_divergence(kind, a, v, DivergenceTerms<float>(reference.beta)), expected,
                  kTolerance * expected)
          << "beta " << reference.beta << ", ratio " << ratio;
    }
  }
}

TYPED_TEST(FormulasTest, ADivergenceIsZeroAtTheModelAndNowhereLess) {
  using T = TypeParam;
  for (const Reference& reference : kReferences) {
    T v = T{1};
    for (int n = 0; n < 200; ++n) {
      v *= T(1.07);
      EXPECT_EQ(this->divergence(reference.beta, v, v), 0);
      const T above = std::nextafter(v, T{10} * v);
      EXPECT_GE(this->divergence(reference.beta, above, v), 0);
      EXPECT_GE(this->divergence(reference.beta, v, above), 0);
    }
  }
}

/// Far from each other the larger of the textbook's terms is all that is left.
TYPED_TEST(FormulasTest, TheDivergenceOfNumbersFarApartIsTheLargestTerm) {
  using T = TypeParam;
  const T tiny = T(1e-30);
  for (const double beta : {1.75, 2.5, 3.0}) {
    for (const T size : {T(1.2), T(0.7)}) {
      const double power = std::pow(static_cast<double>(size), beta);
      const double of_a = power / (beta * (beta - 1));
      EXPECT_NEAR(this->divergence(beta, size, tiny), of_a, 16 * this->kEps * of_a) << beta;
      const double of_v = power / beta;
      EXPECT_NEAR(this->divergence(beta, tiny, size), of_v, 16 * this->kEps * of_v) << beta;
    }
  }
}

TYPED_TEST(FormulasTest, TheDivergenceOfAZeroIsAPowerOfTheModel) {
  using T = TypeParam;
  for (const double beta : {1e-3, 0.3, 0.5, 1.0, 1.0000001, 1.5, 1.9, 2.0, 3.0}) {
    for (const T v : {T(1e-6), T(0.25), T(1), T(77)}) {
      const double expected = std::pow(static_cast<double>(v), beta) / beta;
      EXPECT_NEAR(this->divergence(beta, T{0}, v), expected, 64 * this->kEps * expected) << beta;
    }
  }
}

TYPED_TEST(FormulasTest, TheDivergenceFromAModelThatIsNotANumberIsNone) {
  using T = TypeParam;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const Reference& reference : kReferences) {
    EXPECT_TRUE(std::isnan(this->divergence(reference.beta, T{1}, nan))) << reference.beta;
  }
}

TYPED_TEST(FormulasTest, WhatADivergenceHasBeyondThatOfAZeroIsTheirDifference) {
  using T = TypeParam;
  for (const double beta : {0.5, 1.0, 1.25, 2.0}) {
    const BetaKind kind = beta_kind(beta);
    const DivergenceTerms<T> terms(beta);
    for (const T a : {T{0}, T(0.5), T(3)}) {
      const double of_zero = entry_divergence(kind, T{0}, T{2}, terms);
      const double expected = entry_divergence(kind, a, T{2}, terms) - of_zero;
      EXPECT_NEAR(divergence_beyond_zero(kind, a, T{2}, terms), expected,
                  16 * this->kEps * (std::abs(expected) + of_zero));
    }
  }
}

TYPED_TEST(FormulasTest, LogarithmsOfRatiosAgreeWithTheLibrarys) {
  using T = TypeParam;
  const T least = std::numeric_limits<T>::min();
  const T most = std::numeric_limits<T>::max();
  for (const T v : {T{4} * least, T(1e-30), T(0.3), T{1}, T(5e20), most / 8}) {
    for (const T a : {least, T(1e-30), T(0.3), T(0.42), T(0.9), T{1}, T(1.4), T(5e20), most}) {
      const double expected = std::log(static_cast<double>(a)) - std::log(static_cast<double>(v));
      const LogRatio<T> ratio = log_ratio(a, v);
      EXPECT_NEAR(ratio.sum(), expected, 4 * this->kEps * std::abs(expected) + 1e-13);
      EXPECT_LE(std::abs(ratio.s), T(0.201));
    }
  }
  for (T step = T(0.3); step > this->kEps; step /= 2) {
    const T a = T{1} + step;
    const double expected = std::log1p(static_cast<double>(a - T{1}));
    EXPECT_TRUE(log_ratio(a, T{1}).near());
    EXPECT_NEAR(log_ratio(a, T{1}).sum(), expected, 4 * this->kEps * expected);
  }
}

TYPED_TEST(FormulasTest, ExponentialsAgreeWithTheLibrarys) {
  using T = TypeParam;
  using Traits = FloatTraits<T>;
  for (T x = Traits::kMinExponent; x <= Traits::kMaxExponent; x += T(0.37)) {
    const double expected = std::exp(static_cast<double>(x));
    EXPECT_NEAR(exponential(x), expected, 4 * this->kEps * expected) << x;
    if (x > 0) continue;
    const double ratio = std::expm1(static_cast<double>(x)) / static_cast<double>(x);
    EXPECT_NEAR(expm1_ratio(x), ratio, 4 * this->kEps * ratio) << x;
  }
  EXPECT_EQ(expm1_ratio(T{0}), T{1});
  EXPECT_EQ(expm1_ratio(T(-1e-30)), T{1});
  EXPECT_NEAR(expm1_ratio(T(-1e30)), T(1e-30), T(1e-35));
  EXPECT_EQ(exponential(std::numeric_limits<T>::max()), std::numeric_limits<T>::infinity());
  EXPECT_LT(exponential(std::numeric_limits<T>::lowest()), T(1e-37));
  EXPECT_TRUE(std::isnan(exponential(std::numeric_limits<T>::quiet_NaN())));
}

}  // namespace
}  // namespace nonneg::test
