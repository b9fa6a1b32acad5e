// SPDX-License-Identifier: Apache-2.0
#include "formulas/pivoting.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace nonneg::test {
namespace {

TEST(BackupRule, ExchangesAllWhileThereAreFewerViolations) {
  BackupRule<int> rule(10);
  for (int count = 10; count > 0; --count) EXPECT_TRUE(rule.exchanges_all(count));
}

TEST(BackupRule, ExchangesOneAfterThreeRoundsWithoutProgress) {
  BackupRule<Index> rule(10);
  EXPECT_TRUE(rule.exchanges_all(5));
  for (int round = 0; round < 3; ++round) EXPECT_TRUE(rule.exchanges_all(5 + round));
  EXPECT_FALSE(rule.exchanges_all(5));
  EXPECT_FALSE(rule.exchanges_all(7));
}

TEST(BackupRule, ExchangesAllAgainOnceThereAreFewerThanEverBefore) {
  BackupRule<int> rule(10);
  for (const int count : {5, 5, 5, 5}) EXPECT_TRUE(rule.exchanges_all(count));
  EXPECT_FALSE(rule.exchanges_all(5));
  EXPECT_TRUE(rule.exchanges_all(4));
  for (int round = 0; round < 3; ++round) EXPECT_TRUE(rule.exchanges_all(4));
  EXPECT_FALSE(rule.exchanges_all(4));
}

TEST(PivotingLimits, LieBetweenRoundingAndTheTypesOwn) {
  EXPECT_EQ(PivotingLimits<float>::kRounding, std::numeric_limits<float>::epsilon());
  EXPECT_EQ(PivotingLimits<double>::kRounding, std::numeric_limits<double>::epsilon());
  EXPECT_GT(PivotingLimits<float>::kMinPivot, PivotingLimits<float>::kRounding);
  EXPECT_GT(PivotingLimits<double>::kMinPivot, PivotingLimits<double>::kRounding);
}

}  // namespace
}  // namespace nonneg::test
