// SPDX-License-Identifier: Apache-2.0
/// Devices: which there are, and which one calls go to.
#pragma once

#include "backend/plugin.hpp"
#include "nonneg/devices.hpp"

namespace nonneg::cuda {

/// Makes `device` the calling thread's, and gives it the one before back when it ends: where that
/// one has a context. To select a device makes a context on it, and the thread had no use of it.
class DeviceGuard {
 public:
  /// Throws NotAvailable where the device cannot be had, OutOfMemory where it has no room for a
  /// context.
  explicit DeviceGuard(int device);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int device_;
  int before_ = 0;
  bool restores_ = false;
};

/// All devices that the library holds code for, or why there is none. Makes no context.
DeviceList devices();

/// Makes a context on the device: whether that could be done, whether the driver has code of the
/// kernels for it, and whether there is memory for what any run takes.
DeviceAnswer open_device(int device);

/// Makes no context. Throws NotAvailable where there is no such device.
DeviceInfo device_info(int device);

/// Makes no context.
int multiprocessors(int device);

/// Bytes of the device's memory that nobody has taken; makes a context on it.
std::uint64_t free_memory(int device);

}  // namespace nonneg::cuda
