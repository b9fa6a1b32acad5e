// SPDX-License-Identifier: Apache-2.0
/// How long a solver's sweeps take.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "nonneg/solver.hpp"

namespace nonneg::bench {

struct SweepTiming {
  /// Sweeps before the first that is timed: the panel height is settled by then, and the sweep
  /// recorded.
  int warm_up = 12;
  /// How often the time is taken.
  int repeats = 3;
  /// Each time, sweeps for at least so long.
  double seconds = 0.25;
};

/// Seconds of a sweep, `timing.repeats` times. A sweep on a device returns before it is done, and
/// so a check ends what is timed: it counts, but for few sweeps, for next to nothing.
template <class T>
std::vector<double> time_sweeps(Solver<T>& solver, const SweepTiming& timing) {
  using Clock = std::chrono::steady_clock;
  for (int s = 0; s < timing.warm_up; ++s) solver.step();
  solver.check();
  constexpr int kMaxSweeps = 1 << 14;
  int sweeps = 1;
  std::vector<double> times;
  while (times.size() < static_cast<std::size_t>(timing.repeats)) {
    const auto start = Clock::now();
    for (int s = 0; s < sweeps; ++s) solver.step();
    solver.check();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds >= timing.seconds || sweeps == kMaxSweeps) {
      times.push_back(seconds / sweeps);
    } else {
      const double wanted = 1.3 * sweeps * timing.seconds / std::max(seconds, 1e-9);
      sweeps =
          static_cast<int>(std::clamp(wanted + 1, 1.0, std::min(4.0 * sweeps, 1.0 * kMaxSweeps)));
    }
  }
  return times;
}

}  // namespace nonneg::bench
