// SPDX-License-Identifier: Apache-2.0
/// What a factorization takes on a device.
#pragma once

#include "backend/buffers.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"

namespace nonneg::cuda {

/// See Backend::plan. `free_bytes` of the device's memory are free, and `used_bytes` of the plan
/// are already part of what is not.
/// A stays in device memory in the compute type where that fits, else as stored where that fits,
/// else panels are staged in each sweep.
Plan plan(const DataView& A, const Options& options, bool scaled, const Buffers& held,
          const DeviceInfo& device, std::uint64_t free_bytes, std::uint64_t used_bytes = 0);

/// Entries of the workspace that the products with quotients take: the quotients of a panel, and
/// their denominators.
constexpr Index quotient_entries(Index panel_rows, Index cols, bool denominators) {
  return panel_rows * cols * (denominators ? 2 : 1);
}

/// Whether an update of k components takes F·G from a product, and then passes over the factor
/// once: above 64 components a kernel that forms it would read G for every other row. Repeated
/// passes stay in the kernel, where each row decides for itself.
constexpr bool forms_denominators(Algorithm algorithm, Index k, Index repeats) {
  constexpr Index kMaxInKernel = 64;
  return algorithm == Algorithm::mu && repeats == 1 && k > kMaxInKernel;
}

}  // namespace nonneg::cuda
