// SPDX-License-Identifier: Apache-2.0
// Whole runs with sparse A resident and staged: the same factors, what the plan says over the bus
// and in memory.
#include <sstream>

#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "devices/make_backend.hpp"
#include "support/backends.hpp"
#include "support/recording_sink.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 29;
constexpr Index kCols = 17;
constexpr Index kRank = 3;
constexpr Index kSweeps = 3;

/// A way to factorize A.
struct Way {
  Algorithm algorithm = Algorithm::mu;
  double beta = kFrobenius;
  bool weighted = false;
};

constexpr Way kWays[] = {{.algorithm = Algorithm::hals},
                         {},
                         {.algorithm = Algorithm::anls},
                         {.beta = kKullbackLeibler},
                         {.beta = 1.5},  // made dense, panel by panel
                         {.weighted = true},
                         {.beta = kKullbackLeibler, .weighted = true},
                         {.beta = 0.5, .weighted = true}};

std::string to_string(const Way& way) {
  std::ostringstream out;
  out << to_string(way.algorithm) << ", beta " << way.beta << (way.weighted ? ", weighted" : "");
  return out.str();
}

Options options_of(const Way& way, Index panel_rows) {
  Options options = options_for(BackendKind::cuda, kRank);
  options.algorithm = way.algorithm;
  options.beta = way.beta;
  options.missing = way.weighted ? Missing::zeros : Missing::none;
  options.max_iterations = kSweeps;
  options.check_every = 1;
  options.panel_rows = panel_rows;
  return options;
}

template <class T>
void expect_near(const Outcome& actual, const Outcome& expected) {
  const double allowed = 4 * sweep_tolerance<T>(kRows, kSweeps);
  EXPECT_LT(relative_distance(model(actual.W, actual.Ht), model(expected.W, expected.Ht)), allowed);
  ASSERT_EQ(actual.losses.size(), expected.losses.size());
  for (std::size_t r = 0; r < expected.losses.size(); ++r) {
    EXPECT_NEAR(actual.losses[r], expected.losses[r],
                allowed * (expected.losses[r] + kRows * kCols));
  }
}

class SparsePlacesTest : public EmulatedTest {
 protected:
  template <class T>
  static void staged_is_resident(ElementType type, std::initializer_list<Index> heights) {
    for (const Way& way : kWays) {
      const UnevenSparse A(kRows, kCols, type, way.weighted);
      for (const Index panel_rows : heights) {
        SCOPED_TRACE(::testing::Message() << to_string(way) << ", panels of " << panel_rows);
        const Options options = options_of(way, panel_rows);
        Control::set_free_memory(kAllMemory);
        const Outcome resident = run_of<T>(A.view(), options);
        leave_room_for_panels_only<T>(A.view(), options);
        // H's sums are added up in no fixed order.
        expect_near<T>(run_of<T>(A.view(), options), resident);
      }
    }
  }

  template <class T>
  static Plan plan_of(const DataView& A, Options options) {
    options.precision = sizeof(T) == sizeof(float) ? Precision::float32 : Precision::float64;
    const auto backend = make_backend<T>(options);
    return plan_on(*backend, A, options);
  }

  template <class T>
  static void sends_the_data_once(ElementType type) {
    for (const Way& way : {kWays[0], kWays[3], kWays[6]}) {
      const UnevenSparse data(kRows, kCols, type, way.weighted);
      const DataView A = data.view();
      for (const Index panel_rows : {Index{6}, kRows}) {
        SCOPED_TRACE(::testing::Message() << to_string(way) << ", panels of " << panel_rows);
        Options options = options_of(way, panel_rows);
        options.check_every = 100;
        leave_room_for_panels_only<T>(A, options);
        const Plan plan = plan_of<T>(A, options);
        Solver<T> solver(A, options);
        solver.W();  // waits
        for (int sweep = 0; sweep < 3; ++sweep) {
          Control::reset_ledger();
          solver.step();
          solver.W();
          const nonneg_emu_totals sent = Control::totals();
          const auto panels = static_cast<std::uint64_t>((kRows + panel_rows - 1) / panel_rows);
          const std::uint64_t weights =
              way.weighted ? static_cast<std::uint64_t>(A.stored().entries()) * sizeof(T) : 0;
          EXPECT_EQ(sent.h2d_pinned.bytes, A.bytes() + 8 * (panels - 1) + weights);
          EXPECT_EQ(sent.h2d_pinned.bytes, plan.bus_bytes_per_iteration);
          EXPECT_EQ(sent.h2d_pinned.operations, panels);
          EXPECT_EQ(sent.h2d_pageable.bytes, 0U);
          EXPECT_EQ(sent.allocations + sent.pinned_allocations, 0U);
        }
      }
    }
  }
};

TEST_F(SparsePlacesTest, StagedRunsOfEveryRuleAreTheResidentOnesInFloat32) {
  staged_is_resident<float>(ElementType::float32, {1, 13});
  staged_is_resident<float>(ElementType::float64, {5});
}

TEST_F(SparsePlacesTest, StagedRunsOfEveryRuleAreTheResidentOnesInFloat64) {
  staged_is_resident<double>(ElementType::float32, {5});
  staged_is_resident<double>(ElementType::float64, {8, kRows});
}

TEST_F(SparsePlacesTest, EachSweepSendsTheStoredEntriesAndTheirWeightsOnceAndNothingElse) {
  sends_the_data_once<float>(ElementType::float32);
  sends_the_data_once<double>(ElementType::float32);
  sends_the_data_once<float>(ElementType::float64);
}

TEST_F(SparsePlacesTest, TransformOfStagedRowsIsThatOfResidentOnes) {
  for (const Way& way : kWays) {
    SCOPED_TRACE(to_string(way));
    const UnevenSparse A(kRows, kCols, ElementType::float32, way.weighted);
    const Matrix<double> H = to_matrix<double>(random_matrix(kRank, kCols, 83, 0.1, 1));
    const Options options = options_of(way, 6);
    Control::set_free_memory(kAllMemory);
    const Matrix<double> resident = transform<double>(A.view(), H.view(), options);
    leave_room_for_panels_only<double>(A.view(), options, Planned::transform);
    Control::reset_ledger();
    const Matrix<double> staged = transform<double>(A.view(), H.view(), options);
    // No sums over rows: each row's update is its own.
    EXPECT_TRUE(entries_equal(to_dense(staged), to_dense(resident)));
    EXPECT_GE(Control::totals().h2d_pinned.operations, 5U);
  }
}

TEST_F(SparsePlacesTest, SnapshotsOfAStagedRunAreItsStates) {
  const UnevenSparse A(kRows, kCols, ElementType::float64, false);
  Options options = options_of({.algorithm = Algorithm::hals}, 6);
  leave_room_for_panels_only<float>(A.view(), options);
  std::vector<Dense> states;
  {
    Solver<float> solver(A.view(), options);
    for (Index i = 0; i <= kSweeps; ++i) {
      states.push_back(to_dense(solver.W()));
      solver.step();
    }
  }
  RecordingSink<float> sink;
  Solver<float> solver(A.view(), options);
  Control::set_free_memory(kAllMemory);  // the plan has no room for snapshots
  SnapshotOptions snapshots;
  snapshots.schedule.kind = SnapshotSchedule::Kind::every;
  snapshots.ring = kSweeps + 1;
  solver.stream_to(sink, snapshots);
  solver.run();
  ASSERT_EQ(sink.kept().size(), states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_LT(relative_distance(sink.kept()[i].W, states[i]),
              4 * sweep_tolerance<float>(kRows, kSweeps));
  }
}

TEST_F(SparsePlacesTest, ARowTooLargeForTheDeviceIsRefusedWithTheBytesAndARemedy) {
  // Panels of one row do not shrink below the only one with entries.
  constexpr Index kWide = 20'000;
  std::vector<Index> row_of(static_cast<std::size_t>(kWide), 3);
  std::vector<Index> column_of(static_cast<std::size_t>(kWide));
  for (Index j = 0; j < kWide; ++j) column_of[static_cast<std::size_t>(j)] = j;
  const std::vector<float> ones(static_cast<std::size_t>(kWide), 1);
  const SparseMatrix A = SparseMatrix::from_triplets(10, kWide, row_of, column_of, ones);
  Options options = options_for(BackendKind::cuda, 1);
  options.algorithm = Algorithm::mu;
  options.max_iterations = 1;
  const Outcome resident = run_of<float>(A.view(), options);
  std::uint64_t least = 0;
  {
    const RunPlans<float> plans(A.view(), options);
    least = plans.least(
        kAllMemory, [](const Plan& plan) { return plan.total_bytes <= plan.device_free_bytes; });
    const Plan plan = plans.at(least);
    EXPECT_FALSE(plan.resident);
    EXPECT_EQ(plan.pinned_bytes, 3 * std::uint64_t{2 * 8 + kWide * 8});
  }
  Control::set_free_memory(least);
  EXPECT_LT(relative_distance(run_of<float>(A.view(), options).Ht, resident.Ht),
            sweep_tolerance<float>(kWide, 1));
  Control::set_free_memory(least - 1);
  try {
    factorize<float>(A.view(), options);
    FAIL() << "expected OutOfMemory";
  } catch (const OutOfMemory& error) {
    EXPECT_GT(error.bytes_requested(), error.bytes_free());
    EXPECT_TRUE(mentions(error.what(), "panels of a single row")) << error.what();
    EXPECT_TRUE(mentions(error.what(), "the cpu backend")) << error.what();
  }
}

}  // namespace
}  // namespace nonneg::test
