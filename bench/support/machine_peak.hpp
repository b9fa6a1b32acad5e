// SPDX-License-Identifier: Apache-2.0
/// What this machine can do at most, measured: the yardstick of every benchmark here.
#pragma once

#include <string>

#include "bench/sweep_cost.hpp"

namespace nonneg::bench {

struct MachinePeak {
  int threads = 1;
  /// Fused multiply-adds in registers, counted as two flops each, all threads.
  double float32_flops = 0;
  double float64_flops = 0;
  /// Bytes per second read from memory, all threads.
  double read_bandwidth = 0;

  /// Seconds that `cost` takes at least: the larger of flops/peak and bytes/bandwidth.
  double limit_seconds(const Cost& cost, bool float32 = true) const;
};

/// Measures for about a second. 0 threads: all that this process may use.
MachinePeak measure_machine_peak(int threads = 0);

}  // namespace nonneg::bench
