// SPDX-License-Identifier: Apache-2.0
// What docs/threads.md promises, also for the thread sanitizer: objects of several threads that
// share nothing but data. What each comes to is the same bits as alone.
#include <functional>
#include <thread>
#include <vector>

#include "nonneg/devices.hpp"
#include "nonneg/nonneg.hpp"
#include "support/cases.hpp"
#include "support/recording_sink.hpp"
#include "support/reference.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

/// Calls `work` on two threads at once, with 0 and 1.
void on_two_threads(const std::function<void(std::size_t)>& work) {
  std::jthread other(work, 1);
  work(0);
}

/// Two runs that differ, each with a team of two threads.
Options options_of(std::size_t run) {
  Options options;
  options.rank = 3;
  options.seed = run;
  options.max_iterations = 12;
  options.check_every = 4;
  options.tolerance = 0;
  options.threads = 2;
  options.panel_rows = 16;
  options.backend = BackendKind::cpu;
  if (run == 1) options.loss = Loss::kullback_leibler;
  return options;
}

/// Factors of both runs, at once and one after the other.
void expect_as_alone(const DataView& A) {
  std::vector<Dense> together(2);
  std::vector<Dense> alone(2);
  on_two_threads(
      [&](std::size_t run) { together[run] = to_dense(factorize<float>(A, options_of(run)).W); });
  for (std::size_t run : {0, 1}) {
    alone[run] = to_dense(factorize<float>(A, options_of(run)).W);
    EXPECT_TRUE(entries_equal(together[run], alone[run])) << run;
  }
}

TEST(ThreadsTest, TwoSolversShareADenseMatrix) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  expect_as_alone(A.view());
}

TEST(ThreadsTest, ManyRunsGoSideBySideOnTwoThreadsAtOnce) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  const std::vector<Replicate> runs{{3, 0}, {2, 5}, {3, 1}, {4, 2}};
  std::vector<std::vector<Dense>> ended(2, std::vector<Dense>(runs.size()));
  on_two_threads([&](std::size_t caller) {
    Options options = options_of(caller);
    options.rank = 0;
    options.seed = 0;
    factorize_all<float>(A.view(), runs, options, [&](Index run, const Result<float>& result) {
      ended[caller][static_cast<std::size_t>(run)] = to_dense(result.W);
    });
  });
  for (const std::size_t caller : {0, 1}) {
    for (std::size_t run = 0; run < runs.size(); ++run) {
      Options options = options_of(caller);
      options.rank = runs[run].rank;
      options.seed = runs[run].seed;
      options.threads = 1;
      EXPECT_TRUE(
          entries_equal(ended[caller][run], to_dense(factorize<float>(A.view(), options).W)))
          << caller << ", " << run;
    }
  }
}

TEST(ThreadsTest, TwoSolversShareAWeightedMatrix) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  const auto weights = to_matrix<float>(random_matrix(70, 30, 2, 0, 1));
  expect_as_alone(DataView(A.view()).weighted_by(DataView(weights.view())));
}

TEST(ThreadsTest, TwoSolversShareASparseMatrix) {
  std::vector<Index> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (int i = 0; i < 60; ++i) {
    for (int j = i % 3; j < 25; j += 3) {
      columns.push_back(j);
      values.push_back(static_cast<float>(1 + (i * j) % 5));
    }
    offsets.push_back(static_cast<Index>(columns.size()));
  }
  const auto A = SparseMatrix::borrow_csr(60, 25, offsets, columns, values);
  expect_as_alone(A.view());
}

TEST(ThreadsTest, ASolverIsStoppedFromAnotherThread) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  Options options = options_of(0);
  options.max_iterations = 1'000'000'000;
  std::stop_source stop;
  Solver<float> solver(A.view(), options);
  std::jthread button([&] { stop.request_stop(); });
  EXPECT_EQ(solver.run(stop.get_token()), StopReason::cancelled);
}

TEST(ThreadsTest, EachSolverHasSinksOfItsOwn) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  on_two_threads([&](std::size_t run) {
    RecordingSink<float> often;
    RecordingSink<float> seldom;
    Solver<float> solver(A.view(), options_of(run));
    solver.stream_to(often, {.schedule = {.kind = SnapshotSchedule::Kind::every, .every = 1}});
    solver.stream_to(seldom);
    solver.run();
    EXPECT_EQ(often.iterations().back(), 12);
    EXPECT_EQ(seldom.iterations().back(), 12);
  });
}

TEST(ThreadsTest, TwoTransformersShareHAndBatches) {
  const auto A = to_matrix<float>(random_matrix(40, 30, 1, 0, 1));
  const auto H = to_matrix<float>(random_matrix(3, 30, 2, 0, 1));
  std::vector<Dense> W(2);
  on_two_threads([&](std::size_t run) {
    Transformer transformer(H, options_of(0));
    for (int batch = 0; batch < 3; ++batch) W[run] = to_dense(transformer.transform(A.view()));
  });
  EXPECT_TRUE(entries_equal(W[0], W[1]));
}

TEST(ThreadsTest, FreeFunctionsAreCalledFromAnyThread) {
  const auto A = to_matrix<float>(random_matrix(70, 30, 1, 0, 1));
  on_two_threads([&](std::size_t run) {
    Options options = options_of(run);
    options.backend = BackendKind::automatic;
    EXPECT_EQ(choose_backend(options, A.view()).kind, BackendKind::cpu);
    EXPECT_TRUE(devices().devices.empty());
    EXPECT_EQ(choose_precision(A.view(), options).precision, Precision::float32);
  });
}

}  // namespace
}  // namespace nonneg::test
