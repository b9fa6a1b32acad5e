/// What a factorization takes on a device.
#pragma once

#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"

namespace nonneg::cuda {

/// Bytes that a backend holds by itself, before any matrix: cuBLAS's workspace and the reductions'.
std::uint64_t fixed_bytes();

/// See make_plan. `held_bytes` of fixed_bytes() are already part of what the device has in use.
/// A stays in device memory in the compute type where that fits, else as stored where that fits,
/// else panels are staged in each sweep.
Plan plan(const DataView& A, const Options& options, bool scaled, const DeviceInfo& device,
          std::uint64_t held_bytes);

}  // namespace nonneg::cuda
