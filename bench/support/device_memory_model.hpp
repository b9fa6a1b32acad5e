// SPDX-License-Identifier: Apache-2.0
/// Device memory of a run over dense float32 data, from the lists that its parts allocate from.
/// tests/cost holds it against what the emulated device counted.
#pragma once

#include "bench/device_counts.hpp"
#include "cuda/backend_memory.hpp"
#include "rules/make_rule.hpp"
#include "solve/plan.hpp"

namespace nonneg::bench {

/// Device memory of a run, in bytes.
struct DeviceMemory {
  /// A, or the buffers that its panels arrive in.
  std::uint64_t data = 0;
  std::uint64_t factors = 0;
  std::uint64_t workspace = 0;

  std::uint64_t total() const { return data + factors + workspace; }
};

/// cuBLAS's own workspace, room for denominators and the partial sums of the reductions, whatever
/// the data.
inline const std::uint64_t kFixedBytes = cuda::backend_bytes(0);

/// From the lists that the run's parts allocate from. No term has m·n but A itself.
inline DeviceMemory model_memory(const SweepCase& sweep) {
  Options options;
  options.rank = sweep.k;
  options.algorithm = sweep.algorithm;
  options.extrapolation = sweep.extrapolates;
  options.tolerance = 0;
  const LossMode frobenius(options, DataView());
  const Index panel_rows = std::min(sweep.panel_rows, sweep.m);
  DeviceMemory memory;
  memory.data = kEntryBytes * (sweep.resident ? entries(sweep.m, sweep.n)
                                              : cuda::kStagingSlots * entries(panel_rows, sweep.n));
  memory.factors = kEntryBytes * (entries(sweep.m, sweep.k) + entries(sweep.n, sweep.k));
  Buffers workspace = sweep_needs<float>(frobenius, panel_rows, sweep.n, sweep.k, 0);
  workspace.add(run_needs(options, sweep.m, sweep.n));
  memory.workspace = workspace.bytes(kEntryBytes) + kFixedBytes;
  return memory;
}

}  // namespace nonneg::bench
