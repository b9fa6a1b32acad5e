// SPDX-License-Identifier: Apache-2.0
// Recorded sweeps: a recording that fails is no error, handles that are destroyed in other threads
// spoil none, and what launches do not bound is not recorded. And the runtime's last error:
// the caller's is neither taken for ours nor lost.
#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

#include "cuda/emulated_fixture.hpp"

namespace nonneg::test {
namespace {

class RecordingsTest : public EmulatedTest {
 protected:
  void TearDown() override {
    if (Control::present()) Control::spoil_captures(0);
    EmulatedTest::TearDown();
  }

  static Options options_of(Algorithm algorithm, Index sweeps) {
    Options options = options_for(BackendKind::cuda, 3);
    options.algorithm = algorithm;
    options.max_iterations = sweeps;
    options.check_every = 4;
    options.panel_rows = 10;
    return options;
  }

  /// Sweeps of a run that were replayed.
  template <class Work>
  static std::uint64_t replays(const Work& work) {
    Control::reset_ledger();
    work();
    return Control::totals().graph_launches;
  }

  /// A call of the runtime's by the caller's own code.
  template <class Function>
  static Function runtime(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  }

  const Matrix<float> A = to_matrix<float>(noisy_planted(31, 13, 3, 71));
};

TEST_F(RecordingsTest, ASpoiltRecordingIsNoErrorAndIsTriedAgain) {
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(static_cast<int>(algorithm));
    const Options options = options_of(algorithm, 12);
    Outcome clean;
    EXPECT_EQ(replays([&] { clean = run_of<float>(A.view(), options); }), 11U);
    Outcome spoilt;
    // The sweeps after the first, the second and the fourth are recorded in vain.
    Control::spoil_captures(3);
    EXPECT_EQ(replays([&] { spoilt = run_of<float>(A.view(), options); }), 4U);
    EXPECT_TRUE(same(spoilt, clean));
    Control::spoil_captures(1000);
    EXPECT_EQ(replays([&] { spoilt = run_of<float>(A.view(), options); }), 0U);
    EXPECT_TRUE(same(spoilt, clean));
    Control::spoil_captures(0);
  }
}

TEST_F(RecordingsTest, ThreadsThatWaitForTheWholeDeviceChangeNothing) {
  const Options options = options_of(Algorithm::hals, 12);
  const Outcome alone = run_of<float>(A.view(), options);
  const auto wait = runtime<int (*)()>("cudaDeviceSynchronize");
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) wait();
  });
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(same(run_of<float>(A.view(), options), alone));
  }
  done = true;
  other.join();
}

TEST_F(RecordingsTest, AHandleIsNotDestroyedWhileAnotherThreadRecords) {
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  auto gone = make_backend<float>(options_for(BackendKind::cuda, 1));
  Matrix<float> X = backend->allocate(4, 4);
  std::latch begun(1);
  std::thread other([&] {
    begun.wait();
    gone.reset();
  });
  const auto recording = backend->record(
      [&] {
        backend->set_zero(X.view());
        begun.count_down();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        backend->set_zero(X.view());
      },
      0);
  other.join();
  ASSERT_NE(recording, nullptr);
  recording->replay();
}

TEST_F(RecordingsTest, SweepsThatLaunchesDoNotBoundAreRunAsTheyAre) {
  // Of four multiprocessors: 0.1 ms at their peak are 1.6e8 flops.
  const Matrix<float> large = to_matrix<float>(random_matrix(2500, 1000, 72));
  Options options = options_of(Algorithm::mu, 2);
  options.check_every = 2;
  options.rank = 16;
  options.panel_rows = 2500;
  EXPECT_EQ(replays([&] { run_of<float>(large.view(), options); }), 0U);
  options.panel_rows = 2400;
  EXPECT_EQ(replays([&] { run_of<float>(large.view(), options); }), 1U);
}

TEST_F(RecordingsTest, TheCallersLastErrorIsNeitherOursNorLost) {
  constexpr int kInvalidValue = 1;
  const auto free_host = runtime<int (*)(void*)>("cudaFreeHost");
  const auto last = runtime<int (*)()>("cudaGetLastError");
  const Options options = options_of(Algorithm::hals, 3);
  const Outcome clean = run_of<float>(A.view(), options);
  int nothing = 0;
  ASSERT_EQ(free_host(&nothing), kInvalidValue);
  Control::take_findings();
  EXPECT_TRUE(same(run_of<float>(A.view(), options), clean));
  EXPECT_EQ(last(), kInvalidValue);
  EXPECT_EQ(last(), 0);
}

TEST_F(RecordingsTest, AnErrorOfOursIsNotLeftForTheCaller) {
  const auto last = runtime<int (*)()>("cudaGetLastError");
  const Options options = options_of(Algorithm::mu, 2);
  run_of<float>(A.view(), options);
  Control::fail_at(0);
  run_of<float>(A.view(), options);
  const std::uint64_t calls = Control::failable_calls();
  for (std::uint64_t call = 1; call <= calls; ++call) {
    SCOPED_TRACE(call);
    Control::fail_at(call);
    try {
      run_of<float>(A.view(), options);
    } catch (const Error&) {
      // Which error it is, the tests of faults say.
    }
    EXPECT_EQ(last(), 0);
  }
}

}  // namespace
}  // namespace nonneg::test
