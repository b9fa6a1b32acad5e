// SPDX-License-Identifier: Apache-2.0
/// Runs small factorizations on the emulated device and reads off its ledger what a sweep made the
/// device do. Counts, not times: the same on any machine.
#pragma once

#include <vector>

#include "support/device_memory_model.hpp"

namespace nonneg::bench {

/// One case as the ledger has it.
struct MeasuredSweep {
  SweepCase sweep;
  /// The third sweep, which is as all later ones.
  SweepCounts counts;
  /// Bytes over the bus in the first sweep.
  std::uint64_t first_uploaded_bytes = 0;
  /// Between two checks, over three sweeps.
  std::uint64_t host_waits = 0;
  std::uint64_t allocations = 0;
  std::uint64_t downloaded_between_checks = 0;
  /// By one check.
  std::uint64_t check_downloaded_bytes = 0;
  /// Live device memory once the solver is there.
  std::uint64_t device_bytes = 0;
  /// What the plan said of it.
  std::uint64_t planned_bytes = 0;
};

/// False where the process does not run on the emulated device, or NVTX ranges do not reach it.
bool has_device_ledger();

/// All that the kept table has: MU and HALS, resident and staged, at several sizes.
std::vector<SweepCase> device_cost_cases();

/// Runs the case. Throws NotAvailable without a ledger.
MeasuredSweep measure(const SweepCase& sweep);

}  // namespace nonneg::bench
