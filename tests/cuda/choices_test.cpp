// SPDX-License-Identifier: Apache-2.0
// What a run on a device chooses or is told: panel heights by timing, deterministic, tf32.
#include <emulated_device.h>

#include <algorithm>

#include "cuda/emulated_fixture.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "panels/panel_heights.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

class ChoicesTest : public DeviceTest {
 protected:
  /// Tall enough for heights to be tried.
  const Matrix<float> tall = to_matrix<float>(noisy_planted(9000, 256, 2, 1));

  static Options options(Index sweeps) {
    Options options = options_for(BackendKind::cuda, 2);
    options.max_iterations = sweeps;
    options.tolerance = 0;
    return options;
  }

  template <class T>
  static Dense product_of(const Result<T>& result) {
    return model(to_dense(result.W), to_dense(result.Ht));
  }
};

TEST_F(ChoicesTest, OneOfTheCandidateHeightsIsKept) {
  const Plan plan = make_plan(tall.view(), options(1));
  ASSERT_GT(plan.panel_row_candidates.size(), 1U) << plan.panel_rows;
  // Each height twice, and a check by which the times are known.
  const auto tried = static_cast<Index>(2 * plan.panel_row_candidates.size());

  const Result<float> result = factorize<float>(tall.view(), options(tried + 2));

  EXPECT_NE(std::find(plan.panel_row_candidates.begin(), plan.panel_row_candidates.end(),
                      result.panel_rows),
            plan.panel_row_candidates.end())
      << result.panel_rows;
  // Sweeps at several heights are sweeps like any other.
  Options fixed = options(tried + 2);
  fixed.panel_rows = plan.panel_rows;
  EXPECT_LT(relative_distance(product_of(result), product_of(factorize<float>(tall.view(), fixed))),
            sweep_tolerance<float>(9000, tried + 2));
}

TEST_F(ChoicesTest, DeterministicTriesNothing) {
  Options same = options(2);
  same.deterministic = true;
  const Plan plan = make_plan(tall.view(), same);
  EXPECT_TRUE(plan.panel_row_candidates.empty());
  const Result<float> first = factorize<float>(tall.view(), same);
  const Result<float> second = factorize<float>(tall.view(), same);
  EXPECT_EQ(first.panel_rows, plan.panel_rows);
  EXPECT_TRUE(entries_equal(to_dense(first.W), to_dense(second.W)));
  EXPECT_TRUE(entries_equal(to_dense(first.Ht), to_dense(second.Ht)));
}

TEST_F(ChoicesTest, AGivenHeightIsNotTimed) {
  Options fixed = options(1);
  fixed.panel_rows = 4096;
  EXPECT_TRUE(make_plan(tall.view(), fixed).panel_row_candidates.empty());
  EXPECT_EQ(factorize<float>(tall.view(), fixed).panel_rows, 4096);
}

TEST_F(ChoicesTest, ThePlanHasRoomForTheHighestCandidate) {
  const Plan plan = make_plan(tall.view(), options(1));
  ASSERT_FALSE(plan.panel_row_candidates.empty());
  EXPECT_EQ(max_panel_rows(plan),
            *std::max_element(plan.panel_row_candidates.begin(), plan.panel_row_candidates.end()));
  Options fixed = options(1);
  fixed.panel_rows = plan.panel_rows;
  EXPECT_GT(plan.workspace_bytes, make_plan(tall.view(), fixed).workspace_bytes);
}

TEST_F(ChoicesTest, Tf32RoundsTheProductsAndLooksAtTheLossEntryByEntry) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(97, 43, 5, 2));
  Options exact = options_for(BackendKind::cuda, 5);
  exact.max_iterations = 10;
  exact.extrapolation = false;  // it gives up sooner in tf32, and takes another way
  Options rounded = exact;
  rounded.precision = Precision::tf32;

  const Result<float> by_float32 = factorize<float>(A.view(), exact);
  const Result<float> by_tf32 = factorize<float>(A.view(), rounded);

  EXPECT_EQ(by_float32.precision, Precision::float32);
  EXPECT_EQ(by_tf32.precision, Precision::tf32);
  for (const LossRecord& record : by_tf32.loss_history) EXPECT_TRUE(record.direct);
  // Entries are rounded to 11 significant bits: other factors, and as good a fit but for what that
  // rounding makes of A. cuBLAS may round them, and promises tensor cores for no size.
  if (emulated::Control::present()) {
    EXPECT_GT(relative_distance(product_of(by_tf32), product_of(by_float32)), 1e-6)
        << "the products were not rounded";
  }
  EXPECT_LT(by_tf32.relative_error, by_float32.relative_error + 0x1p-10);
}

/// Times that are modelled: the higher the panels, the fewer launches.
class EmulatedChoicesTest : public EmulatedTest {
 protected:
  const Matrix<float> tall = to_matrix<float>(noisy_planted(9000, 256, 2, 1));

  static Options options() {
    Options options = options_for(BackendKind::cuda, 2);
    options.algorithm = Algorithm::mu;
    return options;
  }

  /// What the device does in a sweep.
  static nonneg_emu_totals sweep_of(Solver<float>& solver) {
    solver.W();  // waits
    Control::reset_ledger();
    solver.step();
    solver.W();
    return Control::totals();
  }

  static Index heights_tried(const Plan& plan) {
    return 2 * static_cast<Index>(plan.panel_row_candidates.size());
  }
};

TEST_F(EmulatedChoicesTest, TheFastestHeightIsKeptAndRecorded) {
  const Plan plan = make_plan(tall.view(), options());
  ASSERT_TRUE(plan.resident);
  ASSERT_GT(plan.panel_row_candidates.size(), 1U);
  const Index highest = max_panel_rows(plan);
  // The last that is tried is not the highest: what is recorded shows which one it was.
  ASSERT_LT(plan.panel_row_candidates.front(), highest);
  Solver<float> tuned(tall.view(), options());
  for (Index sweep = 0; sweep < heights_tried(plan); ++sweep) tuned.step();
  tuned.W();  // times are read once the work is done
  for (int sweep = 0; sweep < 3; ++sweep) tuned.step();
  EXPECT_EQ(tuned.result().panel_rows, highest);

  Options fixed = options();
  fixed.panel_rows = highest;
  Solver<float> steady(tall.view(), fixed);
  for (int sweep = 0; sweep < 3; ++sweep) steady.step();
  const nonneg_emu_totals expected = sweep_of(steady);
  const nonneg_emu_totals actual = sweep_of(tuned);
  EXPECT_EQ(actual.graph_launches, 1U);
  EXPECT_EQ(actual.kernel_launches, expected.kernel_launches);
  EXPECT_EQ(actual.blas_calls, expected.blas_calls);
}

TEST_F(EmulatedChoicesTest, TheFirstSweepIsNotRecorded) {
  Options fixed = options();
  fixed.panel_rows = 4096;
  Solver<float> solver(tall.view(), fixed);
  EXPECT_EQ(sweep_of(solver).graph_launches, 0U);
  EXPECT_EQ(Control::totals().graphs_instantiated, 0U);
  EXPECT_EQ(sweep_of(solver).graph_launches, 1U);
}

TEST_F(EmulatedChoicesTest, StagedPanelsOfEveryHeightThatIsTriedFitThePlan) {
  Plan plan;
  std::uint64_t bytes = 0;
  {
    const RunPlans<float> plans(tall.view(), options());
    // So little that panels are lower than A.
    bytes = plans.least(kAllMemory, [&](const Plan& p) {
      return p.resident || p.panel_rows == p.rows;
    }) - 1;
    plan = plans.at(bytes);
  }
  ASSERT_GT(plan.panel_row_candidates.size(), 1U);
  ASSERT_LT(plan.panel_rows, plan.rows);
  for (const Index rows : plan.panel_row_candidates) EXPECT_LE(rows, plan.panel_rows);
  Control::set_free_memory(bytes);
  Control::reset_ledger();
  const Solver<float> solver(tall.view(), options());
  EXPECT_LE(Control::totals().pinned_bytes, plan.pinned_bytes);
  EXPECT_LE(Control::totals().peak_bytes, plan.total_bytes);
}

TEST_F(EmulatedChoicesTest, APlanLeavesASixteenthOfTheFreeMemoryAlone) {
  const RunPlans<float> plans(tall.view(), options());
  for (const std::uint64_t bytes : {kAllMemory, std::uint64_t{1} << 30}) {
    const std::uint64_t free = bytes - plans.held();
    EXPECT_EQ(plans.at(bytes).device_free_bytes, free - free / 16 + plans.held());
  }
}

TEST_F(ChoicesTest, Tf32InFloat64IsRefused) {
  const Matrix<double> A = to_matrix<double>(Dense(4, 4, 1));
  Options options = options_for(BackendKind::cuda, 1);
  options.precision = Precision::tf32;
  EXPECT_THROW(factorize<double>(A.view(), options), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::test
