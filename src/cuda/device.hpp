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

/// All devices that the library holds code for, or why there is none. No other is touched.
DeviceList devices();

/// Throws NotAvailable where there is no such device.
DeviceInfo device_info(int device);

}  // namespace nonneg::cuda
