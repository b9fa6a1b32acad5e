// SPDX-License-Identifier: Apache-2.0
// The cost of a sweep of other losses, of sparse data and in other precisions, whichever calls it
// is made of: A over the bus once, no place for an m × n matrix, and stored entries alone.
#include <gtest/gtest.h>

#include "bench/device_counts.hpp"
#include "cost/measured_runs.hpp"

namespace nonneg::bench {

namespace {

class RunCostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(has_device_ledger())
        << "no ledger: run this through tests/emulated_device/run.sh, as ctest does";
  }

  /// Calls body(measured) for each case that `wanted` holds for; there must be some.
  template <class Wanted, class Body>
  static void for_each_run(const Wanted& wanted, const Body& body) {
    int runs = 0;
    for (const MeasuredRun& one : measured_runs()) {
      if (!wanted(one.run)) continue;
      SCOPED_TRACE(describe(one.run));
      body(one);
      ++runs;
    }
    EXPECT_GT(runs, 0);
  }
};

bool is_any(const RunCase& /*run*/) { return true; }
bool is_dense(const RunCase& run) { return !run.sparse; }
bool is_sparse(const RunCase& run) { return run.sparse; }
bool is_resident(const RunCase& run) { return run.resident; }
bool is_staged(const RunCase& run) { return !run.resident; }

TEST_F(RunCostTest, AStagedSweepBringsEachByteOfAOverOnce) {
  for_each_run(is_staged,
               [](const MeasuredRun& one) { EXPECT_EQ(one.uploaded_bytes, one.data_bytes); });
}

TEST_F(RunCostTest, AResidentSweepIsOneGraphLaunchThatBringsNothingOver) {
  for_each_run(is_resident, [](const MeasuredRun& one) {
    EXPECT_EQ(one.graph_launches, 1U);
    EXPECT_EQ(one.uploaded_bytes, 0U);
    EXPECT_EQ(one.host_waits, 0U);
  });
}

TEST_F(RunCostTest, TheModelHasTheKernelsAndProductsOfAKullbackLeiblerSweep) {
  const auto wanted = [](const RunCase& run) {
    return !run.sparse && run.beta == kKullbackLeibler;
  };
  for_each_run(wanted, [](const MeasuredRun& one) {
    const Index panels = (one.run.m + one.run.panel_rows - 1) / one.run.panel_rows;
    EXPECT_EQ(one.kernels, kullback_leibler_kernels(static_cast<std::uint64_t>(panels)));
    EXPECT_EQ(one.products, kullback_leibler_products(static_cast<std::uint64_t>(panels)));
  });
}

TEST_F(RunCostTest, BetweenChecksNothingIsAllocatedOrBroughtBack) {
  for_each_run(is_any, [](const MeasuredRun& one) {
    EXPECT_EQ(one.allocations, 0U);
    EXPECT_EQ(one.downloaded_bytes, 0U);
    const Index panels = (one.run.m + one.run.panel_rows - 1) / one.run.panel_rows;
    EXPECT_LE(one.host_waits, 3 * static_cast<std::uint64_t>(panels));
  });
}

TEST_F(RunCostTest, AnMTimesNMatrixHasNoPlaceBesideA) {
  for_each_run(is_any, [](const MeasuredRun& one) {
    RunCase longer = one.run;
    longer.m *= 2;
    EXPECT_EQ(workspace_bytes(longer), one.workspace_bytes);
  });
}

TEST_F(RunCostTest, TheWorkspaceIsThePlannedOne) {
  for_each_run(is_any, [](const MeasuredRun& one) {
    EXPECT_EQ(one.workspace_bytes, one.planned_workspace_bytes);
  });
}

TEST_F(RunCostTest, TheWorkspaceIsThatOfAFewPanels) {
  for_each_run(is_dense, [](const MeasuredRun& one) {
    const RunCase& run = one.run;
    const Index panel = run.panel_rows * run.n;
    // At most quotients and their denominators; of the factors, products and sums.
    const Index most =
        run.entry_bytes() * (2 * panel + 2 * run.k * (run.n + run.panel_rows) + 4 * run.k * run.k) +
        1024;
    EXPECT_LE(one.workspace_bytes, kFixedBytes + static_cast<std::uint64_t>(most));
  });
}

TEST_F(RunCostTest, ASparseSweepAsksForItsStoredEntriesAndNotForMTimesN) {
  for_each_run(is_sparse, [](const MeasuredRun& one) {
    const std::uint64_t asked = one.loaded_bytes + one.written_bytes;
    const std::uint64_t least = least_sparse_bytes(one.run, one.stored);
    EXPECT_GE(asked, least);
    // All threads of a warp ask for an entry and its column, and for a row's offsets; and an update
    // has denominators.
    const RunCase& run = one.run;
    const auto m = static_cast<std::uint64_t>(run.m);
    const auto s = static_cast<std::uint64_t>(run.entry_bytes());
    const std::uint64_t of_threads = 32 * (2 * one.stored * (s + 4) + 2 * m * 16);
    const std::uint64_t denominators = 2 * entries(run.m + run.n, run.k) * s;
    EXPECT_LE(asked, least + of_threads + denominators);
    // No operand of a product is as large as A.
    EXPECT_LT(one.product_bytes, s * entries(run.m, run.n));
  });
}

}  // namespace
}  // namespace nonneg::bench
