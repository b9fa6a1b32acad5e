// SPDX-License-Identifier: Apache-2.0
// The modelled times: a case by hand, and what no card can do.
#include "bench/modelled_times.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "bench/device_instructions.hpp"

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
                  .instructions = 1e15,
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

TEST(ModelledTimesTest, AHalsUpdateTakesTheInstructionsOfItsLoopsOverComponents) {
  // Above 64 components a warp holds two rows: so many warps, 128 components, and of each in five
  // passes four products (before passes 0, 1, 2 and 4) and five steps.
  EXPECT_EQ(update_instructions(Algorithm::hals, 500000, 128, 5),
            250000.0 * 128 * (4 * 64 + 5 * 98));
  // Up to 8 components it holds sixteen.
  EXPECT_EQ(update_instructions(Algorithm::hals, 161, 8, 1), 11 * 8 * (11.5 + 58));
  EXPECT_EQ(update_instructions(Algorithm::mu, 161, 8, 1), 11 * 8 * 11.5);
  // The product is cuBLAS's.
  EXPECT_EQ(update_instructions(Algorithm::mu, 1000, 100, 1), 0);
}

TEST(ModelledTimesTest, HalsOfManyComponentsIsBoundByTheInstructionsOfItsUpdates) {
  SweepCase sweep = resident_mu(500000, 4096, 128);
  sweep.algorithm = Algorithm::hals;
  sweep.extrapolates = true;
  const BestSweep best = best_modelled_sweep(cards().front(), sweep, false);
  EXPECT_EQ(best.modelled.bound, "issue");
  // The instructions alone take 23 ms, the products 16.
  EXPECT_GT(best.modelled.seconds, 0.039);
  EXPECT_LT(best.modelled.seconds, 0.045);
  EXPECT_GT(best.modelled.slow_seconds, best.modelled.seconds);
  EXPECT_LT(best.modelled.slow_seconds, best.modelled.seconds / kReached);
}

TEST(ModelledTimesTest, AKullbackLeiblerSweepTakesFourProductsAndTheQuotientsTwice) {
  SweepCase sweep = resident_mu(500000, 4096, 64);
  sweep.kullback_leibler = true;
  const BestSweep best = best_modelled_sweep(cards().front(), sweep, false);
  // 8·m·n·k flops at 67 TFLOP/s, and at least A read once.
  const double products = 8 * 500000.0 * 4096 * 64 / 67e12;
  EXPECT_GT(best.modelled.seconds, products + 500000.0 * 4096 * 4 / 4.8e12);
  EXPECT_LT(best.modelled.seconds, 2 * products);
}

TEST(ModelledTimesTest, AMatrixThatACardCannotHoldIsStaged) {
  // 32.8 GB: more than an RTX 4090 has, less than an H200.
  const SweepCase sweep = resident_mu(2000000, 4096, 32);
  EXPECT_TRUE(best_modelled_sweep(cards()[0], sweep, false).sweep.resident);
  const BestSweep staged = best_modelled_sweep(cards()[2], sweep, false);
  EXPECT_FALSE(staged.sweep.resident);
  EXPECT_EQ(staged.modelled.bound, "bus");
}

TEST(ModelledTimesTest, ThePageHasEveryTableAndEachSaysModelled) {
  std::ifstream file(NONNEG_GPU_PAGE);
  std::ostringstream page;
  page << file.rdbuf();
  ASSERT_FALSE(page.str().empty()) << "cannot read " << NONNEG_GPU_PAGE;
  for (const std::string& table : modelled_tables()) {
    EXPECT_EQ(table.rfind("| modelled: ", 0), 0U) << table;
    EXPECT_NE(page.str().find(table), std::string::npos)
        << "docs/gpu.md has another table than build/bench/device_cost --modelled prints:\n"
        << table;
  }
}

}  // namespace
}  // namespace nonneg::bench
