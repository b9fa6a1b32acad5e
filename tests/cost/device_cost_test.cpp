// SPDX-License-Identifier: Apache-2.0
// The cost of a sweep on a CUDA device, counted by the emulated device: what the design promises of
// it, the formulas that the modelled times are made from, and the kept table.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cost/measured_runs.hpp"
#include "formulas/run_sums.hpp"
#include "support/device_cost_table.hpp"
#include "support/device_ledger.hpp"

namespace nonneg::bench {

namespace {

std::uint64_t data_bytes(const SweepCase& s) { return kEntryBytes * entries(s.m, s.n); }

/// Every case of the kept table, run once.
const std::vector<MeasuredSweep>& measured_sweeps() {
  static const std::vector<MeasuredSweep> kAll = [] {
    std::vector<MeasuredSweep> measured;
    for (const SweepCase& sweep : device_cost_cases()) measured.push_back(measure(sweep));
    return measured;
  }();
  return kAll;
}

/// Calls body(measured) for each case that `wanted` holds for; there must be some.
template <class Wanted, class Body>
void for_each_case(const Wanted& wanted, const Body& body) {
  int cases = 0;
  for (const MeasuredSweep& one : measured_sweeps()) {
    if (!wanted(one.sweep)) continue;
    SCOPED_TRACE(describe(one.sweep));
    body(one);
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

bool is_any(const SweepCase& /*sweep*/) { return true; }
bool is_resident(const SweepCase& sweep) { return sweep.resident; }
bool is_staged(const SweepCase& sweep) { return !sweep.resident; }
bool is_mu(const SweepCase& sweep) { return sweep.algorithm == Algorithm::mu; }
bool is_hals(const SweepCase& sweep) { return sweep.algorithm == Algorithm::hals; }

class DeviceCostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(has_device_ledger())
        << "no ledger: run this through tests/emulated_device/run.sh, as ctest does";
  }
};

TEST_F(DeviceCostTest, AStagedSweepBringsEachByteOfAOverOnce) {
  for_each_case(is_staged, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.counts.uploaded_bytes, data_bytes(one.sweep));
    EXPECT_EQ(one.counts.uploads, static_cast<std::uint64_t>(one.sweep.panels()));
    // The first factors are drawn on the device: not even they cross.
    EXPECT_EQ(one.first_uploaded_bytes, data_bytes(one.sweep));
  });
}

TEST_F(DeviceCostTest, AResidentSweepBringsNothingOver) {
  for_each_case(is_resident, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.counts.uploaded_bytes, 0U);
    EXPECT_EQ(one.first_uploaded_bytes, 0U);
  });
}

TEST_F(DeviceCostTest, OnlyChecksBringAnythingBackAndThoseAFewSums) {
  for_each_case(is_any, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.downloaded_between_checks, 0U);
    EXPECT_GT(one.check_downloaded_bytes, 0U);
    // Its sums, those of the components and a residual; once more where the check has to look at A.
    const Index sums = RunSum::count + ComponentSum::kinds * one.sweep.k + 1;
    EXPECT_LE(one.check_downloaded_bytes, static_cast<std::uint64_t>(2 * sums) * sizeof(double));
  });
}

TEST_F(DeviceCostTest, AResidentSweepIsOneGraphLaunchWithoutAllocationsOrWaits) {
  for_each_case(is_resident, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.counts.graph_launches, 1U);
    EXPECT_EQ(one.allocations, 0U);
    EXPECT_EQ(one.host_waits, 0U);
  });
}

TEST_F(DeviceCostTest, AStagedSweepWaitsOnlyForAStagingBufferOfEachPanel) {
  for_each_case(is_staged, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.allocations, 0U);
    EXPECT_LE(one.host_waits, 3 * static_cast<std::uint64_t>(one.sweep.panels()));
  });
}

TEST_F(DeviceCostTest, APanelTakesThreeProductsAndOneKernel) {
  for_each_case(is_any, [](const MeasuredSweep& one) {
    const auto panels = static_cast<std::uint64_t>(one.sweep.panels());
    const std::uint64_t once = one.sweep.extrapolates ? 10 : 1;
    EXPECT_EQ(one.counts.kernels, panels + once);
    // Above 64 components MU takes its denominators from a product of each update.
    if (is_mu(one.sweep) && one.sweep.k > 64) {
      EXPECT_EQ(one.counts.blas_calls, 4 * panels + 2);
      return;
    }
    EXPECT_EQ(one.counts.blas_calls, 3 * panels + (one.sweep.extrapolates ? 2 : 1));
    // The two products with A are all that reads it: 4·m·n·k flops, and Gram matrices.
    EXPECT_EQ(one.counts.blas_flops,
              4 * entries(one.sweep.m, one.sweep.n) * static_cast<std::uint64_t>(one.sweep.k) +
                  2 * entries(one.sweep.k, one.sweep.k) *
                      static_cast<std::uint64_t>(one.sweep.m +
                                                 one.sweep.n * (one.sweep.extrapolates ? 2 : 1)));
  });
}

/// Loads beyond numerator and factor, each read once: G's, in each block.
void expect_one_pass(const UpdateTraffic& counted, const SweepCase& s) {
  std::uint64_t blocks = 0;
  for (Index first = 0; first < s.m; first += s.panel_rows) {
    blocks += RowCut(s.k).blocks(std::min(s.panel_rows, s.m - first));
  }
  const std::uint64_t gram = entries(s.k, s.k) + (is_hals(s) ? static_cast<std::uint64_t>(s.k) : 0);
  EXPECT_EQ(counted.stored, kEntryBytes * entries(s.m, s.k));
  EXPECT_EQ(counted.loaded - kEntryBytes * blocks * gram, kEntryBytes * 2 * entries(s.m, s.k));
}

TEST_F(DeviceCostTest, AnUpdateReadsNumeratorAndFactorAndWritesTheFactorOnce) {
  for (SweepCase sweep : device_cost_cases()) {
    if (!sweep.resident || sweep.k > 64) continue;
    SCOPED_TRACE(describe(sweep));
    sweep.inner_repeats = 1;
    expect_one_pass(measure(sweep).counts.update_w, sweep);
  }
}

TEST_F(DeviceCostTest, AboveSixtyFourComponentsMuReadsNumeratorDenominatorAndFactorOnce) {
  int found = 0;
  for_each_case(is_mu, [&found](const MeasuredSweep& one) {
    if (one.sweep.k <= 64) return;
    ++found;
    EXPECT_EQ(one.counts.update_w.loaded, 3 * kEntryBytes * entries(one.sweep.m, one.sweep.k));
    EXPECT_EQ(one.counts.update_w.stored, kEntryBytes * entries(one.sweep.m, one.sweep.k));
    EXPECT_EQ(one.counts.update_h.loaded, 3 * kEntryBytes * entries(one.sweep.n, one.sweep.k));
    EXPECT_EQ(one.counts.update_h.stored, kEntryBytes * entries(one.sweep.n, one.sweep.k));
  });
  EXPECT_GT(found, 0);
}

TEST_F(DeviceCostTest, RepeatedPassesWriteTheFactorOnceAndRereadOnlyTheNumerator) {
  for_each_case(is_hals, [](const MeasuredSweep& one) {
    const SweepCase& s = one.sweep;
    EXPECT_EQ(one.counts.update_w.stored, kEntryBytes * entries(s.m, s.k));
    EXPECT_EQ(one.counts.update_h.stored, kEntryBytes * entries(s.n, s.k));
    const UpdateTraffic most_w = panel_traffic(s, s.w_repeats());
    const UpdateTraffic most_h = update_traffic(s.algorithm, s.n, s.k, s.h_repeats());
    EXPECT_LE(one.counts.update_w.loaded, most_w.loaded);
    EXPECT_LE(one.counts.update_h.loaded, most_h.loaded);
  });
}

TEST_F(DeviceCostTest, DeviceMemoryIsAOrItsPanelsTheFactorsAndAWorkspaceWithoutMTimesN) {
  for_each_case(is_any, [](const MeasuredSweep& one) {
    EXPECT_EQ(one.device_bytes, model_memory(one.sweep).total());
  });
  SweepCase small = device_cost_cases().front();
  SweepCase large = small;
  large.m *= 3;
  large.n *= 2;
  const auto workspace = [](const SweepCase& sweep) {
    const DeviceMemory model = model_memory(sweep);
    return measure(sweep).device_bytes - model.data - model.factors;
  };
  // Of AᵀW alone: n·k.
  EXPECT_EQ(workspace(large) - workspace(small), kEntryBytes * entries(small.n, small.k));
}

TEST_F(DeviceCostTest, TheModelGivesWhatTheLedgerCounts) {
  for_each_case(is_mu, [](const MeasuredSweep& one) {
    EXPECT_EQ(describe(one.counts), describe(model_sweep(one.sweep, 1, 1)));
  });
  for_each_case(is_hals, [](const MeasuredSweep& one) {
    const SweepCounts least = model_sweep(one.sweep, 1, 1);
    const SweepCounts most = model_sweep(one.sweep, one.sweep.w_repeats(), one.sweep.h_repeats());
    // How often a row repeats is its own affair, and what the decision touches is the decision's.
    EXPECT_GE(one.counts.update_w.loaded, least.update_w.loaded);
    EXPECT_LE(one.counts.update_w.loaded, most.update_w.loaded);
    EXPECT_GE(one.counts.update_h.loaded, least.update_h.loaded);
    EXPECT_LE(one.counts.update_h.loaded, most.update_h.loaded);
    EXPECT_GE(one.counts.extrapolate.loaded, most.extrapolate.loaded);
    EXPECT_LE(one.counts.extrapolate.loaded, most.extrapolate.loaded + kDecisionBytes);
    EXPECT_GE(one.counts.extrapolate.stored, most.extrapolate.stored);
    EXPECT_LE(one.counts.extrapolate.stored, most.extrapolate.stored + kDecisionBytes);
    SweepCounts rest = one.counts;
    rest.update_w = most.update_w;
    rest.update_h = most.update_h;
    rest.extrapolate = most.extrapolate;
    EXPECT_EQ(describe(rest), describe(most));
  });
}

TEST_F(DeviceCostTest, OneHalsPassIsModelledExactly) {
  for (SweepCase sweep : device_cost_cases()) {
    if (!is_hals(sweep) || !sweep.resident) continue;
    sweep.inner_repeats = 1;
    sweep.extrapolates = false;
    EXPECT_EQ(describe(measure(sweep).counts), describe(model_sweep(sweep, 1, 1)))
        << describe(sweep);
  }
}

TEST_F(DeviceCostTest, TheKeptTableIsWhatIsCountedNow) {
  std::ifstream file(NONNEG_KEPT_COST_TABLE);
  std::ostringstream kept;
  kept << file.rdbuf();
  ASSERT_FALSE(kept.str().empty()) << "cannot read " << NONNEG_KEPT_COST_TABLE;
  const std::string now =
      device_cost_table(measured_sweeps()) + "\n" + run_cost_table(measured_runs());
  EXPECT_TRUE(kept.str() == now)
      << "the cost of a sweep has changed (line, - kept, + now):\n"
      << difference(kept.str(), now) << "where that is meant, renew the table:\n"
      << "  tests/emulated_device/run.sh BUILD/bench/device_cost > bench/device_cost.txt";
}

}  // namespace
}  // namespace nonneg::bench
