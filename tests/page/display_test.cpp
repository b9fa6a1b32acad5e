// SPDX-License-Identifier: Apache-2.0
// How much of the factors the page shows, and which numbers.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/spread.hpp"
#include "nonneg/matrix.hpp"
#include "page/base64.hpp"
#include "page/display_plan.hpp"
#include "page/pooled_factors.hpp"
#include "page/top_entries.hpp"

namespace nonneg::page {
namespace {

SnapshotRun run_of(Index rows, Index cols, Index rank) {
  SnapshotRun run;
  run.rows = rows;
  run.cols = cols;
  run.rank = rank;
  return run;
}

TEST(Base64, IsThatOfLittleEndianFloat32) {
  // 1.0f is 00 00 80 3f.
  EXPECT_EQ(base64({1.0F}), "AACAPw==");
  EXPECT_EQ(base64({1.0F, 1.0F}), "AACAPwAAgD8=");
  EXPECT_EQ(base64({1.0F, 1.0F, 1.0F}), "AACAPwAAgD8AAIA/");
  EXPECT_EQ(base64({}), "");
}

TEST(Bins, CoverEverythingOnceAndDifferByAtMostOne) {
  for (const auto& [size, limit] :
       {std::pair<Index, Index>{7, 3}, {3, 7}, {512, 512}, {1001, 64}}) {
    const Bins bins(size, limit);
    ASSERT_EQ(bins.first(0), 0);
    ASSERT_EQ(bins.end(bins.count - 1), size);
    for (Index bin = 0; bin < bins.count; ++bin) {
      const Index width = bins.end(bin) - bins.first(bin);
      EXPECT_GE(width, size / bins.count);
      EXPECT_LE(width, size / bins.count + 1);
    }
  }
}

TEST(Spread, HasTheFirstAndTheLast) {
  EXPECT_EQ(spread(10, 4), (std::vector<Index>{0, 3, 6, 9}));
  EXPECT_EQ(spread(3, 8), (std::vector<Index>{0, 1, 2}));
  EXPECT_EQ(spread(5, 1), (std::vector<Index>{0}));
  EXPECT_TRUE(spread(0, 4).empty());
}

TEST(DisplayPlan, StaysWithinItsBoundHoweverLargeTheRun) {
  SnapshotRun images = run_of(1'000'000, 4096 * 3072, 5000);
  images.image_rows = 4096;
  images.image_cols = 3072;
  for (const SnapshotRun& run : {run_of(1'000'000'000, 2, 3), run_of(1, 50'000'000, 300), images,
                                 run_of(70'000, 784, 1000)}) {
    EXPECT_LE(DisplayPlan(run, DisplayPlan::kUsualValues).values(), DisplayPlan::kUsualValues);
  }
}

TEST(DisplayPlan, ShowsASmallRunWhole) {
  const DisplayPlan plan(run_of(60, 40, 6), DisplayPlan::kUsualValues);
  EXPECT_EQ(plan.w_lines.count, 60);
  EXPECT_EQ(plan.h_lines.count, 40);
  EXPECT_EQ(plan.components, 6);
}

TEST(PooledFactors, AreMeansWhicheverWayHIsStored) {
  SnapshotRun run = run_of(3, 2, 2);
  DisplayPlan plan(run, DisplayPlan::kUsualValues);
  plan.w_lines = Bins(3, 2);
  plan.h_lines = Bins(2, 1);
  // W = [1 2; 3 4; 5 6], H = [1 3; 5 9].
  const std::vector<double> w{1, 2, 3, 4, 5, 6};
  const std::vector<double> h{1, 3, 5, 9};
  const std::vector<double> ht{1, 5, 3, 9};
  const MatrixView<const double> W(w.data(), 3, 2);
  const auto by_rows = factors_by_rows<double>(W, {h.data(), 2, 2});
  const auto by_transpose = factors_by_transpose<double>(W, {ht.data(), 2, 2});
  EXPECT_EQ(pooled_w(plan, by_rows), (std::vector<float>{1, 2, 4, 5}));
  EXPECT_EQ(pooled_h(plan, by_rows), (std::vector<float>{2, 7}));
  EXPECT_EQ(pooled_h(plan, by_transpose), (std::vector<float>{2, 7}));
  EXPECT_EQ(points(plan, by_transpose), (std::vector<float>{11, 21, 23, 45, 35, 69}));
  EXPECT_EQ(arrows(plan, by_transpose), (std::vector<float>{1, 3, 5, 9}));
}

TEST(PooledFactors, AnImageIsMadeOfBlocksMeans) {
  SnapshotRun run = run_of(1, 8, 1);
  run.image_rows = 2;
  run.image_cols = 4;
  DisplayPlan plan(run, DisplayPlan::kUsualValues);
  plan.image_high = Bins(2, 1);
  plan.image_wide = Bins(4, 2);
  EXPECT_EQ(pooled_image(plan, {1, 2, 3, 4, 5, 6, 7, 8}), (std::vector<float>{3.5F, 5.5F}));
  const std::vector<float> w{2};
  const std::vector<float> h{1, 2, 3, 4, 5, 6, 7, 8};
  const auto factors = factors_by_rows<float>({w.data(), 1, 1}, {h.data(), 1, 8});
  EXPECT_EQ(images(plan, factors), (std::vector<float>{3.5F, 5.5F}));
  EXPECT_EQ(reconstructions(plan, factors), (std::vector<float>{7, 11}));
}

TEST(TopEntries, AreTheLargestFirstWithoutZerosAndNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> w{0, 3, nan, 7, 3, 1};
  const std::vector<double> h{0};
  const auto factors = factors_by_rows<double>({w.data(), 6, 1}, {h.data(), 1, 1});
  const std::vector<Entry> top = top_rows(factors, 0, 3);
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].index, 3);
  EXPECT_EQ(top[1].index, 1);
  EXPECT_EQ(top[2].index, 4);
  EXPECT_TRUE(top_columns(factors, 0, 3).empty());
}

}  // namespace
}  // namespace nonneg::page
