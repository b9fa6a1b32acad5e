// SPDX-License-Identifier: Apache-2.0
#include "formulas/row_step.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nonneg::test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(AtLeast, RaisesWhatIsBelowTheFloorAndNothingElse) {
  EXPECT_EQ(at_least(0.5, 1.0), 1.0);
  EXPECT_EQ(at_least(1.5, 1.0), 1.5);
  EXPECT_TRUE(std::isnan(at_least(kNaN, 1.0)));
}

TEST(RepeatsAgain, ComparesALaterPassWithAFractionOfTheFirst) {
  double threshold = 0;
  EXPECT_TRUE(repeats_again(8.0, true, 0.25, threshold));
  EXPECT_EQ(threshold, 2);
  EXPECT_TRUE(repeats_again(2.5, false, 0.25, threshold));
  EXPECT_FALSE(repeats_again(2.0, false, 0.25, threshold));
}

TEST(RepeatsAgain, AFirstPassThatMovedAnythingIsFollowedByAnother) {
  double threshold = 0;
  EXPECT_TRUE(repeats_again(8.0, true, 2.0, threshold));
  EXPECT_FALSE(repeats_again(0.0, true, 2.0, threshold));
}

TEST(RepeatsAgain, ARowOfNaNStops) {
  double threshold = 0;
  EXPECT_FALSE(repeats_again(kNaN, true, 0.25, threshold));
  EXPECT_FALSE(repeats_again(1.0, false, 0.25, threshold));
}

TEST(StillMoves, ComparesAChangeWithTheRowItself) {
  EXPECT_TRUE(still_moves(2.5, 8.0, 0.25));
  EXPECT_FALSE(still_moves(2.0, 8.0, 0.25));
  EXPECT_TRUE(still_moves(1e-300, 8.0, 0.0));
  EXPECT_FALSE(still_moves(0.0, 0.0, 0.25));
  EXPECT_FALSE(still_moves(kNaN, kNaN, 0.25));
}

TEST(IsDead, OnlyACurvatureOfZeroIs) {
  EXPECT_TRUE(is_dead(0.0, 0.0));
  EXPECT_FALSE(is_dead(0.0, 0.5));
  EXPECT_FALSE(is_dead(2.0, 0.0));
  EXPECT_FALSE(is_dead(kNaN, 0.0));
}

TEST(DeadStep, GoesToTheFloorWhereL1IsAllThatIsLeft) {
  const RowUpdate<double> update{.l1 = 1, .floor = 0.25};
  EXPECT_EQ(dead_step(4.0, 0.0, update), 0.25);
  // A product that has not left the type as its Gram matrix has, and outweighs l1.
  EXPECT_EQ(dead_step(4.0, -2.0, update), 4);
  EXPECT_EQ(dead_step(4.0, 0.0, RowUpdate<double>{.floor = 0.25}), 4);
  EXPECT_TRUE(std::isnan(dead_step(kNaN, 0.0, update)));
}

TEST(CoordinateStep, GoesToTheMinimumOrTheFloor) {
  const RowUpdate<double> update{.l1 = 1, .l2 = 2, .floor = 0.25};
  // The slope is 3 + 1 + 2·4 = 12 and the curvature 4: 4 − 12/4.
  EXPECT_EQ(coordinate_step(4.0, 3.0, 1.0 / 4, update), 1);
  EXPECT_EQ(coordinate_step(4.0, 3.0, 1.0 / 2, update), 0.25);
  EXPECT_TRUE(std::isnan(coordinate_step(4.0, kNaN, 1.0, update)));
}

TEST(RatioStep, MultipliesByTheRatioOrAPowerOfIt) {
  const RowUpdate<double> update{.l1 = 1, .l2 = 2, .floor = 0.25};
  // The denominator is 7 + 1 + 2·4 = 16.
  EXPECT_EQ(ratio_step(4.0, 64.0, 7.0, update), 16);
  EXPECT_EQ(ratio_step(4.0, 64.0, 7.0, update, [](double x) { return std::sqrt(x); }), 8);
  EXPECT_EQ(ratio_step(4.0, 0.0, 7.0, update), 0.25);
}

TEST(RatioStep, ADenominatorOfZeroLeavesTheEntryEvenBelowTheFloor) {
  const RowUpdate<double> update{.floor = 0.25};
  EXPECT_EQ(ratio_step(0.125, 3.0, 0.0, update), 0.125);
}

}  // namespace
}  // namespace nonneg::test
