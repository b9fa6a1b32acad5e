// SPDX-License-Identifier: Apache-2.0
#include "cli/options/suggestion.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nonneg::cli {
namespace {

const std::vector<std::string> kOptions{"--rank",           "--out",  "--seed",
                                        "--max-iterations", "--l1-w", "--l1-h"};

TEST(Suggestion, FindsTheNearestOption) {
  EXPECT_EQ(nearest("--ranks", kOptions), "--rank");
  EXPECT_EQ(nearest("--rnak", kOptions), "--rank");
  EXPECT_EQ(nearest("-rank", kOptions), "--rank");
  EXPECT_EQ(nearest("--max_iterations", kOptions), "--max-iterations");
}

TEST(Suggestion, TakesALongBeginning) {
  EXPECT_EQ(nearest("--max", kOptions), "--max-iterations");
  EXPECT_EQ(nearest("--max-iter", kOptions), "--max-iterations");
}

TEST(Suggestion, IgnoresLetterCase) { EXPECT_EQ(nearest("RANK", kOptions), "--rank"); }

TEST(Suggestion, HasNoneForAWordUnlikeAnyOther) {
  EXPECT_EQ(nearest("--colour", kOptions), std::nullopt);
  EXPECT_EQ(nearest("", kOptions), std::nullopt);
  EXPECT_EQ(nearest("--", kOptions), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'x'), kOptions), std::nullopt);
  EXPECT_EQ(nearest("--rank", {}), std::nullopt);
}

TEST(Suggestion, IsSaidAsAQuestion) {
  EXPECT_EQ(did_you_mean("--sed", kOptions), "; did you mean --seed?");
  EXPECT_EQ(did_you_mean("--colour", kOptions), "");
}

}  // namespace
}  // namespace nonneg::cli
