// SPDX-License-Identifier: Apache-2.0
// Snapshots stream to a sink: when, of which state, and at no cost to the run.
#include <chrono>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/recording_sink.hpp"
#include "support/solver_cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class StreamingTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static constexpr Index kRows = Case::sized(40, 17);
  static constexpr Index kCols = Case::sized(30, 11);

  const Matrix<Scalar> data = to_matrix<Scalar>(noisy_planted(kRows, kCols, 4, 1));

  static Options options(Index sweeps) { return Case::options(4, sweeps); }

  /// Runs with `sink`, and gives the result.
  Result<Scalar> streamed(Index sweeps, RecordingSink<Scalar>& sink,
                          const SnapshotOptions& snapshots = {}) {
    Solver<Scalar> solver(data.view(), options(sweeps));
    solver.stream_to(sink, snapshots);
    solver.run();
    return solver.result();
  }

  static SnapshotOptions every(Index sweeps, Index ring = 200) {
    SnapshotOptions snapshots;
    snapshots.schedule.kind = SnapshotSchedule::Kind::every;
    snapshots.schedule.every = sweeps;
    snapshots.ring = ring;
    return snapshots;
  }
};
TYPED_TEST_SUITE(StreamingTest, RunCases, SolverNames);

/// When snapshots are due: the host's affair alone.
template <class Case>
class SnapshotTimesTest : public StreamingTest<Case> {};
TYPED_TEST_SUITE(SnapshotTimesTest, SolverCases, SolverNames);

TYPED_TEST(StreamingTest, TheFactorsAreTheSameBitsWithAndWithout) {
  using T = typename TypeParam::Scalar;
  const Index sweeps = TypeParam::sized(33, 13);
  const Result<T> alone = factorize<T>(this->data.view(), this->options(sweeps));
  RecordingSink<T> sink;
  const Result<T> streamed = this->streamed(sweeps, sink, this->every(1));
  EXPECT_TRUE(entries_equal(to_dense(streamed.W), to_dense(alone.W)));
  EXPECT_TRUE(entries_equal(to_dense(streamed.Ht), to_dense(alone.Ht)));
  ASSERT_EQ(streamed.loss_history.size(), alone.loss_history.size());
  for (std::size_t i = 0; i < alone.loss_history.size(); ++i) {
    EXPECT_EQ(streamed.loss_history[i].loss, alone.loss_history[i].loss);
  }
}

TYPED_TEST(StreamingTest, EachIsTheStateOfItsIteration) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> sink;
  this->streamed(20, sink, this->every(1));
  ASSERT_EQ(sink.kept().size(), 21U);

  Solver<T> stepped(this->data.view(), this->options(20));
  const Dense A = to_dense(this->data);
  for (const KeptSnapshot& s : sink.kept()) {
    SCOPED_TRACE(s.iteration);
    EXPECT_EQ(s.iteration, stepped.iteration());
    EXPECT_TRUE(entries_equal(s.W, to_dense(stepped.W())));
    EXPECT_TRUE(entries_equal(s.Ht, to_dense(stepped.Ht())));
    const double loss = 0.5 * squared_residual(A, s.W, s.Ht);
    // The loss is read off sums of about the squared norm each.
    const double rounding = 1000 * kUnitRoundoff<T> * squared_norm(A);
    EXPECT_NEAR(s.loss, loss, rounding);
    EXPECT_NEAR(s.objective, loss, rounding);
    EXPECT_NEAR(s.relative_error, std::sqrt(2 * loss / squared_norm(A)), 1e-3);
    stepped.step();
  }
}

TYPED_TEST(SnapshotTimesTest, PowersOfTwoAndTheFirstAndTheLastUnlessAskedOtherwise) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> sink;
  SnapshotOptions snapshots;
  snapshots.ring = 20;
  this->streamed(21, sink, snapshots);
  EXPECT_EQ(sink.iterations(), (std::vector<Index>{0, 1, 2, 4, 8, 16, 21}));
}

TYPED_TEST(SnapshotTimesTest, EveryAndListedIterations) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> by_seven;
  this->streamed(21, by_seven, this->every(7));
  EXPECT_EQ(by_seven.iterations(), (std::vector<Index>{0, 7, 14, 21}));

  RecordingSink<T> listed;
  SnapshotOptions snapshots = this->every(1);
  snapshots.schedule.kind = SnapshotSchedule::Kind::at;
  snapshots.schedule.at = {3, 4, 20, 100};
  this->streamed(21, listed, snapshots);
  EXPECT_EQ(listed.iterations(), (std::vector<Index>{0, 3, 4, 20, 21}));
}

TYPED_TEST(SnapshotTimesTest, EverySoManySeconds) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> never;
  SnapshotOptions snapshots = this->every(1);
  snapshots.schedule.kind = SnapshotSchedule::Kind::seconds;
  snapshots.schedule.seconds = 1e6;
  this->streamed(21, never, snapshots);
  EXPECT_EQ(never.iterations(), (std::vector<Index>{0, 21}));

  RecordingSink<T> always;
  snapshots.schedule.seconds = 1e-12;
  this->streamed(5, always, snapshots);
  EXPECT_EQ(always.iterations(), (std::vector<Index>{0, 1, 2, 3, 4, 5}));
}

TYPED_TEST(SnapshotTimesTest, ASlowSinkLosesSnapshotsWhichAreCountedAndTheLastArrives) {
  using T = typename TypeParam::Scalar;
  constexpr Index kSweeps = 1000;
  RecordingSink<T> sink([](Index) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  const Result<T> result = this->streamed(kSweeps, sink, this->every(1, 2));

  const auto arrived = static_cast<Index>(sink.kept().size());
  EXPECT_GT(result.snapshots_skipped, 0);
  // Each is either taken or skipped; the last, where there was no room at first, is both.
  EXPECT_GE(arrived + result.snapshots_skipped, kSweeps + 1);
  EXPECT_LE(arrived + result.snapshots_skipped, kSweeps + 2);
  EXPECT_EQ(sink.kept().front().iteration, 0);
  EXPECT_EQ(sink.kept().back().iteration, kSweeps);
  EXPECT_EQ(sink.kept().back().skipped, result.snapshots_skipped);
  for (std::size_t i = 1; i < sink.kept().size(); ++i) {
    EXPECT_GT(sink.kept()[i].iteration, sink.kept()[i - 1].iteration);
    EXPECT_GE(sink.kept()[i].skipped, sink.kept()[i - 1].skipped);
  }
  EXPECT_TRUE(entries_equal(sink.kept().back().W, to_dense(result.W)));
}

TYPED_TEST(StreamingTest, WhatASinkThrowsEndsTheRunAndTheFactorsReachedAreKept) {
  using T = typename TypeParam::Scalar;
  constexpr Index kLast = TypeParam::sized(50, 12);
  for (const Index at : {Index{0}, Index{3}, kLast}) {
    SCOPED_TRACE(at);
    int failures = 0;
    RecordingSink<T> sink([at, &failures](Index iteration) {
      if (iteration < at) return;
      ++failures;
      throw std::runtime_error("the sink is full");
    });
    Solver<T> solver(this->data.view(), this->options(kLast));
    solver.stream_to(sink, this->every(1));
    try {
      solver.run();
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string(error.what()), "the sink is full");
    }
    EXPECT_EQ(failures, 1) << "the sink was called again";
    const Result<T> result = solver.result();
    EXPECT_EQ(result.iterations, solver.iteration());
    Solver<T> stepped(this->data.view(), this->options(kLast));
    for (Index i = 0; i < result.iterations; ++i) stepped.step();
    EXPECT_TRUE(entries_equal(to_dense(result.W), to_dense(stepped.W())));
  }
}

TYPED_TEST(StreamingTest, EverySinkGetsTheSnapshotsOfItsOwnSchedule) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> alone;
  const Result<T> expected = this->streamed(10, alone, this->every(2));
  RecordingSink<T> every_second;
  RecordingSink<T> every_third;
  RecordingSink<T> late;
  Solver<T> solver(this->data.view(), this->options(10));
  solver.stream_to(every_second, this->every(2));
  solver.stream_to(every_third, this->every(3));
  for (int i = 0; i < 4; ++i) solver.step();
  solver.stream_to(late, this->every(5));
  solver.run();
  EXPECT_EQ(every_second.iterations(), (std::vector<Index>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(every_third.iterations(), (std::vector<Index>{0, 3, 6, 9, 10}));
  EXPECT_EQ(late.iterations(), (std::vector<Index>{4, 5, 10}));
  ASSERT_EQ(every_second.kept().size(), alone.kept().size());
  for (std::size_t i = 0; i < alone.kept().size(); ++i) {
    EXPECT_TRUE(entries_equal(every_second.kept()[i].W, alone.kept()[i].W));
    EXPECT_EQ(every_second.kept()[i].loss, alone.kept()[i].loss);
  }
  EXPECT_TRUE(entries_equal(every_third.kept().back().Ht, to_dense(expected.Ht)));
  EXPECT_TRUE(entries_equal(to_dense(solver.W()), to_dense(expected.W)));
}

TYPED_TEST(StreamingTest, ASinkThatIsBusyTakesNoSnapshotFromAnother) {
  using T = typename TypeParam::Scalar;
  std::mutex held;
  std::unique_lock hold(held);
  RecordingSink<T> busy([&held](Index) { const std::lock_guard wait(held); });
  RecordingSink<T> free;
  Solver<T> solver(this->data.view(), this->options(6));
  solver.stream_to(busy, this->every(1, 1));
  solver.stream_to(free, this->every(1));
  for (int i = 0; i < 6; ++i) solver.step();
  hold.unlock();
  solver.run();
  EXPECT_EQ(free.iterations(), (std::vector<Index>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(busy.iterations(), (std::vector<Index>{0, 6}));
  EXPECT_EQ(solver.result().snapshots_skipped, 6);
}

TYPED_TEST(StreamingTest, ASampleOfWHasTheRowsThatSampledRowsSays) {
  using T = typename TypeParam::Scalar;
  for (const Index w_rows :
       {Index{1}, Index{7}, TestFixture::kRows - 1, TestFixture::kRows, Index{1000}}) {
    SCOPED_TRACE(w_rows);
    RecordingSink<T> sink;
    SnapshotOptions snapshots = this->every(5);
    snapshots.w_rows = w_rows;
    const Result<T> result = this->streamed(10, sink, snapshots);
    const std::vector<Index> rows = sampled_rows(TestFixture::kRows, w_rows);
    EXPECT_LE(static_cast<Index>(rows.size()), w_rows);
    const KeptSnapshot& last = sink.kept().back();
    ASSERT_EQ(last.W.rows, static_cast<Index>(rows.size()));
    for (Index i = 0; i < last.W.rows; ++i) {
      for (Index c = 0; c < last.W.cols; ++c) {
        EXPECT_EQ(last.W(i, c), result.W(rows[static_cast<std::size_t>(i)], c));
      }
    }
    EXPECT_TRUE(entries_equal(last.Ht, to_dense(result.Ht)));
  }
}

TYPED_TEST(StreamingTest, FactorsComeInTheDatasOwnScale) {
  using T = typename TypeParam::Scalar;
  const double scale = sizeof(T) == sizeof(float) ? 0x1p100 : 0x1p450;
  const Matrix<T> huge = to_matrix<T>(scaled(to_dense(this->data), scale));
  RecordingSink<T> sink;
  Solver<T> solver(huge.view(), this->options(3));
  solver.stream_to(sink, this->every(1));
  solver.run();
  EXPECT_TRUE(entries_equal(sink.kept().back().W, to_dense(solver.W())));
  EXPECT_TRUE(entries_equal(sink.kept().back().Ht, to_dense(solver.Ht())));
}

TYPED_TEST(StreamingTest, SteppingStreamsToo) {
  using T = typename TypeParam::Scalar;
  RecordingSink<T> sink;
  {
    Solver<T> solver(this->data.view(), this->options(100));
    solver.stream_to(sink, this->every(1));
    for (int i = 0; i < 5; ++i) solver.step();
    // Six are on their way; a run that has nothing left to do waits for them.
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(solver.run(stop.get_token()), StopReason::cancelled);
  }
  EXPECT_EQ(sink.iterations(), (std::vector<Index>{0, 1, 2, 3, 4, 5}));
}

TEST(SnapshotOptionsTest, AreRefusedByTheirName) {
  const auto message = [](const SnapshotOptions& options) -> std::string {
    try {
      validate(options);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return {};
  };
  SnapshotOptions options;
  EXPECT_EQ(message(options), "");
  options.schedule.every = 0;
  EXPECT_EQ(message(options), "every = 0: must be at least 1");
  options = {};
  options.schedule.seconds = 0;
  EXPECT_NE(message(options).find("seconds = 0"), std::string::npos);
  options = {};
  options.schedule.at = {2, 2};
  EXPECT_EQ(message(options), "at has iteration 2 after 2: must ascend");
  options.schedule.at = {0};
  EXPECT_EQ(message(options), "at has iteration 0: must be at least 1");
  options = {};
  options.w_rows = -1;
  EXPECT_NE(message(options).find("w_rows = -1"), std::string::npos);
  options = {};
  options.ring = 0;
  EXPECT_EQ(message(options), "ring = 0: must be at least 1");
}

}  // namespace
}  // namespace nonneg::test
