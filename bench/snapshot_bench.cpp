// SPDX-License-Identifier: Apache-2.0
// What watching costs a run: the time of a sweep without snapshots, at powers of two and after
// every sweep, for a sink that is fast and for one that takes a second. Rounds of all cases take
// turns, and each case's fastest round counts, since the machine may be shared.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "nonneg/solver.hpp"

namespace {

using nonneg::Index;
using Clock = std::chrono::steady_clock;

/// Reads every entry once, as writing a file or drawing would, and then waits.
class BusySink final : public nonneg::SnapshotSink<float> {
 public:
  explicit BusySink(double wait_seconds) : wait_(wait_seconds) {}

  void accept(const nonneg::Snapshot<float>& snapshot) override {
    float sum = 0;
    for (Index i = 0; i < snapshot.W.rows(); ++i) {
      for (Index c = 0; c < snapshot.W.cols(); ++c) sum += snapshot.W(i, c);
    }
    seen_ = seen_ + sum;
    ++taken_;
    std::this_thread::sleep_for(std::chrono::duration<double>(wait_));
  }
  Index taken() const { return taken_; }

 private:
  double wait_;
  volatile float seen_ = 0;
  std::atomic<Index> taken_ = 0;
};

struct Case {
  std::string name;
  bool streams = false;
  nonneg::SnapshotSchedule::Kind kind = nonneg::SnapshotSchedule::Kind::powers_of_two;
  double sink_seconds = 0;
  double best = std::numeric_limits<double>::infinity();
  Index taken = 0;
  Index skipped = 0;
};

struct Settings {
  Index rows = 20000;
  Index cols = 2000;
  Index rank = 32;
  Index sweeps = 64;
  int rounds = 5;
};

nonneg::Matrix<float> planted(const Settings& settings) {
  nonneg::Matrix<float> A(settings.rows, settings.cols);
  std::uint32_t state = 1;
  for (Index e = 0; e < A.size(); ++e) {
    state = state * 1664525U + 1013904223U;
    A.data()[e] = static_cast<float>(state >> 8U) * 0x1p-24F;
  }
  return A;
}

/// Seconds per sweep.
double run(Case& one, const nonneg::Matrix<float>& A, const Settings& settings) {
  nonneg::Options options;
  options.rank = settings.rank;
  options.max_iterations = settings.sweeps;
  BusySink sink(one.sink_seconds);
  nonneg::Solver<float> solver(nonneg::DataView(A.view()), options);
  if (one.streams) {
    nonneg::SnapshotOptions snapshots;
    snapshots.schedule.kind = one.kind;
    solver.stream_to(sink, snapshots);
  }
  solver.step();  // first use of everything
  const auto start = Clock::now();
  for (Index i = 1; i < settings.sweeps; ++i) solver.step();
  // A device's sweeps are over when their sums are here; on the CPU they are already.
  solver.check();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  one.taken = sink.taken();
  one.skipped = solver.result().snapshots_skipped;
  return seconds / static_cast<double>(settings.sweeps - 1);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  bool tiny = false;
  CLI::App app("What snapshots cost a run");
  app.add_flag("--tiny", tiny, "A small matrix: shows that it runs, measures nothing");
  app.add_option("--rounds", settings.rounds, "Rounds of all cases")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (tiny) settings = {.rows = 200, .cols = 100, .rank = 4, .sweeps = 9, .rounds = 1};
  const double slow = tiny ? 0.01 : 1;

  using Kind = nonneg::SnapshotSchedule::Kind;
  std::vector<Case> cases{
      {"off"},
      {"powers of two, fast sink", true, Kind::powers_of_two, 0},
      {fmt::format("powers of two, {} s sink", slow), true, Kind::powers_of_two, slow},
      {"every sweep, fast sink", true, Kind::every, 0},
      {fmt::format("every sweep, {} s sink", slow), true, Kind::every, slow}};
  const nonneg::Matrix<float> A = planted(settings);
  for (int round = 0; round < settings.rounds; ++round) {
    for (Case& one : cases) one.best = std::min(one.best, run(one, A, settings));
  }
  std::fputs(fmt::format("{} x {} float32, k = {}, HALS, {} sweeps, best of {} rounds\n\n"
                         "{:<28}{:>12}{:>10}{:>8}{:>9}\n",
                         settings.rows, settings.cols, settings.rank, settings.sweeps,
                         settings.rounds, "snapshots", "ms/sweep", "cost", "taken", "skipped")
                 .c_str(),
             stdout);
  for (const Case& one : cases) {
    std::fputs(fmt::format("{:<28}{:>12.3f}{:>9.1f}%{:>8}{:>9}\n", one.name, 1e3 * one.best,
                           100 * (one.best / cases.front().best - 1), one.taken, one.skipped)
                   .c_str(),
               stdout);
  }
  return 0;
}
