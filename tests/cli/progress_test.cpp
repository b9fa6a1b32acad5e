// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress.hpp"

#include <gtest/gtest.h>

#include "cli/output/console.hpp"

namespace nonneg::cli {
namespace {

LossRecord record_at(Index iteration, double seconds, double loss) {
  LossRecord record;
  record.iteration = iteration;
  record.seconds = seconds;
  record.loss = loss;
  record.objective = loss;
  return record;
}

TEST(ProgressText, NamesIterationLossChangeAndTimeLeft) {
  EXPECT_EQ(progress_text(record_at(20, 10, 99), record_at(10, 5, 100), 200),
            "iteration 20 of 200  loss 9.9000e+01  change 1.0e-02  at most 1 min 30 s left");
}

TEST(ProgressText, HasNoChangeAtTheFirstCheckAndNoTimeAtTheLast) {
  EXPECT_EQ(progress_text(record_at(10, 1, 100), std::nullopt, 10),
            "iteration 10 of 10  loss 1.0000e+02");
}

TEST(ProgressText, IsCalmAboutALossOfZero) {
  EXPECT_EQ(progress_text(record_at(2, 0, 0), record_at(1, 0, 0), 3),
            "iteration 2 of 3  loss 0.0000e+00  at most 0 s left");
}

TEST(HumanSeconds, GrowsCoarserAsTimeGrowsLonger) {
  EXPECT_EQ(human_seconds(0.0123), "0.012 s");
  EXPECT_EQ(human_seconds(12.3), "12 s");
  EXPECT_EQ(human_seconds(200), "3 min 20 s");
  EXPECT_EQ(human_seconds(7500), "2 h 05 min");
}

}  // namespace
}  // namespace nonneg::cli
