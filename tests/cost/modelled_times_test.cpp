// SPDX-License-Identifier: Apache-2.0
// The modelled times: a case by hand, and what no card can do.
#include "support/modelled_times.hpp"

#include <gtest/gtest.h>

namespace nonneg::bench {

namespace {

SweepCase resident_mu(Index m, Index n, Index k) {
  return {.m = m, .n = n, .k = k, .panel_rows = m, .resident = true};
}

TEST(ModelledTimesTest, ALargeMatrixOfRankOneIsBoundByReadingIt) {
  // 2^20 x 2^12 float32 are 2^34 bytes, read twice: 2^35 bytes at 1 TB/s are 0.0344 s. Beside them:
  // vectors, and launches of microseconds.
  const Card card{.name = "a card",
                  .memory_bandwidth = 1e12,
                  .float32_flops = 1e15,
                  .tf32_flops = 1e15,
                  .bus_bandwidth = 1e10,
                  .l2_bytes = 1 << 20};
  const SweepCase sweep = resident_mu(1 << 20, 1 << 12, 1);
  const ModelledSweep twice = modelled_sweep(card, sweep, ReadsOfA::twice, false);
  EXPECT_EQ(twice.bound, "memory");
  EXPECT_NEAR(twice.seconds, 0.0344, 0.0002);
  EXPECT_NEAR(twice.of_limit, 0.5, 0.005);
  const ModelledSweep once = modelled_sweep(card, sweep, ReadsOfA::once, false);
  EXPECT_NEAR(once.seconds, 0.0172, 0.0002);
}

TEST(ModelledTimesTest, AStagedSweepTakesAsLongAsAOverTheBus) {
  SweepCase sweep = resident_mu(1 << 20, 1 << 12, 8);
  sweep.resident = false;
  sweep.panel_rows = 1 << 11;
  for (const Card& card : cards()) {
    const ModelledSweep modelled = modelled_sweep(card, sweep, ReadsOfA::once, false);
    EXPECT_EQ(modelled.bound, "bus");
    EXPECT_DOUBLE_EQ(modelled.seconds, 0x1p34 / card.bus_bandwidth);
  }
}

TEST(ModelledTimesTest, NothingIsFasterThanItsLimit) {
  for (const Card& card : cards()) {
    for (const Index k : {8, 64, 256}) {
      for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
        for (const bool tf32 : {false, true}) {
          SweepCase sweep = resident_mu(100000, 4096, k);
          sweep.algorithm = algorithm;
          sweep.panel_rows = 8192;
          const ModelledSweep once = modelled_sweep(card, sweep, ReadsOfA::once, tf32);
          const ModelledSweep twice = modelled_sweep(card, sweep, ReadsOfA::twice, tf32);
          EXPECT_GT(once.of_limit, 0);
          EXPECT_LE(once.of_limit, 1);
          EXPECT_LE(once.seconds, twice.seconds);
        }
      }
    }
  }
}

TEST(ModelledTimesTest, EveryHeadingOfTheTablesSaysModelled) {
  const std::string tables = modelled_tables();
  EXPECT_EQ(tables.rfind("MODELLED", 0), 0U);
  std::size_t headings = 0;
  for (auto at = tables.find("\n\n"); at != std::string::npos; at = tables.find("\n\n", at + 2)) {
    if (tables.compare(at + 2, 4, "ms: ") == 0) continue;
    EXPECT_EQ(tables.compare(at + 2, 9, "Modelled:"), 0) << tables.substr(at + 2, 40);
    ++headings;
  }
  EXPECT_GE(headings, 4U);
}

}  // namespace
}  // namespace nonneg::bench
