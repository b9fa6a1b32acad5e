// SPDX-License-Identifier: Apache-2.0
/// Devices: which there are, and which one calls go to.
#pragma once

#include "nonneg/devices.hpp"

namespace nonneg::cuda {

/// Makes `device` the calling thread's, and gives it the one before back when it ends.
class DeviceGuard {
 public:
  /// Throws NotAvailable where there is no such device.
  explicit DeviceGuard(int device);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int device_;
  int before_ = 0;
};

/// Oldest compute capability that the kernels are built for.
inline constexpr int kMinComputeMajor = 7;
inline constexpr int kMinComputeMinor = 5;

/// All devices that the kernels can run on, or why there is none.
DeviceList devices();

/// Throws NotAvailable where there is no such device.
DeviceInfo device_info(int device);

}  // namespace nonneg::cuda
