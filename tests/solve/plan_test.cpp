// SPDX-License-Identifier: Apache-2.0
// make_plan(): what a run takes, by arithmetic alone.
#include "nonneg/plan.hpp"

#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

Options options_of(Index rank, Index panel_rows = 0) {
  Options options;
  options.rank = rank;
  options.backend = BackendKind::cpu;
  options.panel_rows = panel_rows;
  options.threads = 2;
  return options;
}

/// A matrix that nobody looks into: no memory stands behind it.
DataView shape_only(ElementType type, Index rows, Index cols) {
  return {nullptr, type, rows, cols, cols, 1};
}

TEST(PlanTest, CountsTheBytesOfAAndOfTheFactors) {
  const Plan plan = make_plan(shape_only(ElementType::float32, 1000, 200), options_of(7));
  EXPECT_EQ(plan.rows, 1000);
  EXPECT_EQ(plan.cols, 200);
  EXPECT_EQ(plan.rank, 7);
  EXPECT_EQ(plan.precision, Precision::float32);
  EXPECT_EQ(plan.data_bytes, 1000U * 200 * 4);
  EXPECT_EQ(plan.data_bytes_per_iteration, plan.data_bytes);
  EXPECT_EQ(plan.factor_bytes, (1000U + 200) * 7 * 4);
  EXPECT_EQ(plan.total_bytes, plan.factor_bytes + plan.panel_bytes + plan.workspace_bytes);
  // AᵀW and a Gram matrix at least.
  EXPECT_GE(plan.workspace_bytes, (200U * 7 + 7 * 7) * 4);
}

TEST(PlanTest, AutomaticPrecisionFollowsTheData) {
  EXPECT_EQ(make_plan(shape_only(ElementType::float64, 9, 9), options_of(2)).precision,
            Precision::float64);
  EXPECT_EQ(make_plan(shape_only(ElementType::uint8, 9, 9), options_of(2)).precision,
            Precision::float32);
  EXPECT_EQ(make_plan(shape_only(ElementType::float64, 100, 9), options_of(2)).factor_bytes,
            109U * 2 * 8);
}

TEST(PlanTest, PanelsCoverTheRows) {
  for (const Index rows : {1, 63, 64, 597, 100000}) {
    for (const Index panel_rows : {0, 1, 7, 64, 100000000}) {
      SCOPED_TRACE(rows);
      SCOPED_TRACE(panel_rows);
      const Plan plan =
          make_plan(shape_only(ElementType::float32, rows, 43), options_of(3, panel_rows));
      EXPECT_GE(plan.panel_rows, 1);
      EXPECT_LE(plan.panel_rows, panel_rows > 0 ? std::min(panel_rows, rows) : rows);
      EXPECT_GE(plan.panels * plan.panel_rows, rows);
      // The last panel of each worker's share may be short.
      EXPECT_LT((plan.panels - plan.workers) * plan.panel_rows, rows);
      EXPECT_GE(plan.workers, 1);
      EXPECT_LE(plan.workers, 2);
    }
  }
}

/// Bytes of the buffers as entries of one panel of one worker.
std::uint64_t buffered_entries(const DataView& A, bool scaled = false,
                               Precision precision = Precision::automatic) {
  Options options = options_of(3, 10);
  options.precision = precision;
  const Plan plan = make_plan(A, options, scaled);
  const std::uint64_t entry_bytes = plan.precision == Precision::float32 ? 4 : 8;
  EXPECT_EQ(plan.panel_rows, 10);
  EXPECT_EQ(plan.total_bytes, plan.factor_bytes + plan.panel_bytes + plan.workspace_bytes);
  return plan.panel_bytes / entry_bytes / static_cast<std::uint64_t>(plan.workers);
}

TEST(PlanTest, ABufferIsPlannedWhereverPanelsAreWidened) {
  constexpr std::uint64_t kPanel = 10 * 20;
  for (const Index rows : {100, 1000000}) {
    SCOPED_TRACE(rows);
    const auto stored = [&](ElementType type) { return shape_only(type, rows, 20); };
    EXPECT_EQ(buffered_entries(stored(ElementType::float32)), 0U);
    EXPECT_EQ(buffered_entries(stored(ElementType::float64)), 0U);
    EXPECT_EQ(buffered_entries(stored(ElementType::uint8)), kPanel);
    EXPECT_EQ(buffered_entries(stored(ElementType::int32)), kPanel);
    EXPECT_EQ(buffered_entries(stored(ElementType::float32), true), kPanel);
    EXPECT_EQ(buffered_entries(stored(ElementType::float32), false, Precision::float64), kPanel);
    EXPECT_EQ(buffered_entries(stored(ElementType::uint64), false, Precision::float64), kPanel);
    const auto strided = [&](Index row_stride, Index col_stride) {
      return DataView(nullptr, ElementType::float32, rows, 20, row_stride, col_stride);
    };
    EXPECT_EQ(buffered_entries(strided(1, rows)), kPanel) << "column-major";
    EXPECT_EQ(buffered_entries(strided(40, 2)), kPanel) << "gaps between columns";
    EXPECT_EQ(buffered_entries(strided(1, 1)), kPanel) << "rows that overlap";
    EXPECT_EQ(buffered_entries(strided(32, 1)), 0U) << "gaps between rows";
  }
}

TEST(PlanTest, ChosenPanelsOfWideDataStaySmall) {
  const Plan wide = make_plan(shape_only(ElementType::float32, 100000, 20000), options_of(8));
  EXPECT_LT(wide.panel_rows, 100000);
  EXPECT_LE(static_cast<std::uint64_t>(wide.panel_rows) * 20000 * 4, std::uint64_t{64} << 20);
}

TEST(PlanTest, FlopsAreThoseOfTheProducts) {
  // A·Hᵀ and AᵀW: 4mnk; the Gram matrices and their products with the factors: at least 2(m + n)k².
  const Plan plan = make_plan(shape_only(ElementType::float32, 1000, 200), options_of(7));
  EXPECT_GE(plan.flops_per_iteration, 4.0 * 1000 * 200 * 7);
  EXPECT_LE(plan.flops_per_iteration, 4.0 * 1000 * 200 * 7 + 8.0 * 1200 * 7 * 7);
}

TEST(PlanTest, MoreThanFourBillionEntriesDoNotWrap) {
  const Plan plan =
      make_plan(shape_only(ElementType::float64, Index{3} << 31, 100000), options_of(1000));
  EXPECT_EQ(plan.data_bytes, (std::uint64_t{3} << 31) * 100000 * 8);
  EXPECT_EQ(plan.factor_bytes, ((std::uint64_t{3} << 31) + 100000) * 1000 * 8);
  EXPECT_GT(plan.flops_per_iteration, 0);
}

TEST(PlanTest, BadOptionsAreRefused) {
  EXPECT_THROW(make_plan(shape_only(ElementType::float32, 9, 9), options_of(0)), InvalidArgument);
  EXPECT_THROW(make_plan(shape_only(ElementType::float32, 9, 9), options_of(2, -1)),
               InvalidArgument);
}

TEST(PlanTest, ARunUsesThePlannedPanels) {
  const Dense A = random_matrix(597, 43, 1);
  for (const Index panel_rows : {0, 50}) {
    const Matrix<float> data = to_matrix<float>(A);
    Options options = options_of(3, panel_rows);
    options.max_iterations = 2;
    EXPECT_EQ(factorize<float>(data.view(), options).panel_rows,
              make_plan(data.view(), options).panel_rows);
  }
}

TEST(PlanTest, ARunThatCannotFitIsOutOfMemoryBeforeItStarts) {
  // Factors of 2^45 columns: petabytes.
  const Matrix<float> data = to_matrix<float>(Dense(3, 4, 1));
  const Options options = options_of(Index{1} << 45);
  try {
    factorize<float>(data.view(), options);
    FAIL() << "expected OutOfMemory";
  } catch (const OutOfMemory& error) {
    EXPECT_GT(error.bytes_requested(), std::uint64_t{1} << 47);
    EXPECT_GT(error.bytes_requested(), error.bytes_free());
    EXPECT_TRUE(mentions(error.what(), "rank"));
  }
}

}  // namespace
}  // namespace nonneg::test
