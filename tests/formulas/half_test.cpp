// SPDX-License-Identifier: Apache-2.0
#include "formulas/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace nonneg::test {
namespace {

TEST(HalfFormula, GivesNumbersExactly) {
  EXPECT_EQ(to_float(Half{0x0000}), 0.0F);
  EXPECT_EQ(to_float(Half{0x3C00}), 1.0F);
  EXPECT_EQ(to_float(Half{0xC000}), -2.0F);
  EXPECT_EQ(to_float(Half{0x3555}), 1365.0F / 4096);
  EXPECT_EQ(to_float(Half{0x7BFF}), 65504.0F);
  EXPECT_EQ(to_float(Half{0x0400}), 0x1p-14F);
}

TEST(HalfFormula, GivesSubnormalNumbersExactly) {
  EXPECT_EQ(to_float(Half{0x0001}), 0x1p-24F);
  EXPECT_EQ(to_float(Half{0x83FF}), -1023 * 0x1p-24F);
  EXPECT_TRUE(std::signbit(to_float(Half{0x8000})));
}

TEST(HalfFormula, InfinityAndNaNKeepTheirMeaning) {
  EXPECT_EQ(to_float(Half{0x7C00}), std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_float(Half{0xFC00}), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(to_float(Half{0x7C01})));
  EXPECT_TRUE(std::isnan(to_float(Half{0xFE00})));
}

/// Every finite half is the sum that its fields say.
TEST(HalfFormula, AgreesWithTheFieldsOfEveryFiniteHalf) {
  for (unsigned bits = 0; bits < 0x10000U; ++bits) {
    const unsigned exponent = bits >> 10U & 0x1FU;
    if (exponent == 31) continue;
    const double fraction = bits & 0x3FFU;
    const double size = exponent == 0
                            ? std::ldexp(fraction, -24)
                            : std::ldexp(1024 + fraction, static_cast<int>(exponent) - 25);
    const double expected = (bits & 0x8000U) != 0 ? -size : size;
    ASSERT_EQ(static_cast<double>(to_float(Half{static_cast<std::uint16_t>(bits)})), expected)
        << "bits " << bits;
  }
}

}  // namespace
}  // namespace nonneg::test
