// SPDX-License-Identifier: Apache-2.0
// Snapshots from a device: the right state under every order of streams, exactly their own bytes
// over the bus, and no wait in a sweep.
#include "cuda/device_fixture.hpp"
#include "emulated_device.h"
#include "nonneg/solver.hpp"
#include "support/recording_sink.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

using emulated::Control;

class DeviceStreamingTest : public DeviceTest {
 protected:
  static constexpr Index kRows = 97;
  static constexpr Index kCols = 43;
  static constexpr Index kRank = 5;

  const Matrix<float> A = to_matrix<float>(noisy_planted(kRows, kCols, 4, 1));

  static Options options(Index sweeps) {
    Options options = options_for(BackendKind::cuda, kRank);
    options.max_iterations = sweeps;
    options.check_every = sweeps;
    options.panel_rows = 40;
    return options;
  }

  static SnapshotOptions every_sweep(Index ring) {
    SnapshotOptions snapshots;
    snapshots.schedule.kind = SnapshotSchedule::Kind::every;
    snapshots.ring = ring;
    return snapshots;
  }

  /// The states of a stepped run.
  std::vector<Dense> states_of_w(Index sweeps) const {
    std::vector<Dense> all;
    Solver<float> solver(A.view(), options(sweeps));
    for (Index i = 0; i <= sweeps; ++i) {
      all.push_back(to_dense(solver.W()));
      solver.step();
    }
    return all;
  }
};

TEST_F(DeviceStreamingTest, EveryOrderOfStreamsGivesTheSameStates) {
  if (!Control::present()) GTEST_SKIP() << "needs the emulated device's control of streams";
  const std::vector<Dense> states = states_of_w(6);
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    Control::set_order("random", seed);
    RecordingSink<float> sink;
    {
      Solver<float> solver(A.view(), options(6));
      solver.stream_to(sink, every_sweep(2));
      solver.run();
    }
    for (const KeptSnapshot& s : sink.kept()) {
      EXPECT_TRUE(entries_equal(s.W, states[static_cast<std::size_t>(s.iteration)])) << s.iteration;
    }
    EXPECT_EQ(sink.kept().back().iteration, 6);
    EXPECT_EQ(Control::finding_count(), 0) << Control::take_findings();
  }
  Control::set_order("late", 0);
  EXPECT_EQ(Control::live_allocations(), 0);
}

TEST_F(DeviceStreamingTest, OnlyTheSnapshotsCrossTheBusAndNoSweepWaits) {
  if (!Control::present()) GTEST_SKIP() << "needs the emulated device's ledger";
  constexpr Index kSweeps = 9;
  RecordingSink<float> sink;
  Solver<float> solver(A.view(), options(1000));
  solver.stream_to(sink, every_sweep(kSweeps + 3));
  solver.step();  // recorded from the second on
  solver.step();

  Control::reset_ledger();
  for (Index i = 0; i < kSweeps; ++i) solver.step();
  const nonneg_emu_totals during = Control::totals();
  std::stop_source stop;
  stop.request_stop();
  solver.run(stop.get_token());

  // Nothing but the snapshots goes to the host: the factors in float, the sums in double.
  constexpr std::uint64_t kSums = 15 + 8 * kRank;
  constexpr std::uint64_t kBytes =
      static_cast<std::uint64_t>((kRows + kCols) * kRank) * sizeof(float) + kSums * sizeof(double);
  EXPECT_EQ(sink.kept().size(), static_cast<std::size_t>(kSweeps + 3));
  const nonneg_emu_totals all = Control::totals();
  // Those of the first three sweeps may have arrived before the ledger began anew.
  EXPECT_EQ(all.d2h_pinned.bytes % kBytes, 0U);
  EXPECT_GE(all.d2h_pinned.operations, static_cast<std::uint64_t>(kSweeps));
  EXPECT_LE(all.d2h_pinned.operations, static_cast<std::uint64_t>(kSweeps + 3));
  EXPECT_EQ(during.graph_launches, static_cast<std::uint64_t>(kSweeps));
  EXPECT_EQ(during.allocations, all.allocations);
  // The only waits are those of the streamer's own thread, one for each snapshot.
  EXPECT_LE(during.host_waits, during.d2h_pinned.operations + 1);
}

}  // namespace
}  // namespace nonneg::test
