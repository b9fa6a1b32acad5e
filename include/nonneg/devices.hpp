// SPDX-License-Identifier: Apache-2.0
/// The CUDA devices of this machine, and which backend a run would take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nonneg/export.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// A CUDA device.
struct DeviceInfo {
  /// What Options::device selects it by.
  int index = 0;
  /// As its driver calls it.
  std::string name;
  /// Bytes of its memory.
  std::uint64_t memory_bytes = 0;
  /// Bytes of its second-level cache.
  std::uint64_t l2_bytes = 0;
  /// Its streaming multiprocessors.
  int multiprocessors = 0;
  /// Compute capability, such as 9.0: the 9.
  int compute_major = 0;
  /// The 0.
  int compute_minor = 0;
};

/// A CUDA device that no run can take.
struct UnusableDevice {
  /// Its number.
  int index = 0;
  /// Why, in words that name it: nonneg holds no code for its compute capability, its driver is
  /// older than that code, or it does not answer.
  std::string reason;
};

/// What devices() found.
struct DeviceList {
  /// In the order of their numbers. That a device is here does not say that it can be had: another
  /// process may hold it.
  std::vector<DeviceInfo> devices;
  /// Those that are there beside them.
  std::vector<UnusableDevice> unusable{};
  /// Why there is none, in words: nonneg built without CUDA, a CUDA library that is missing, no
  /// driver, a driver too old, no device. Empty where there is one.
  std::string reason;
};

/// Asks the CUDA backend, where it is installed, for its devices. Makes a context on none of them,
/// which is why it does not know how much of their memory is free. Never throws for want of one.
NONNEG_EXPORT DeviceList devices();

/// What computes a run, and why.
struct BackendChoice {
  /// cpu or cuda.
  BackendKind kind = BackendKind::cpu;
  /// Why, in words; for cuda, the device's name, and why automatic has passed over others.
  std::string reason;
  /// For cuda, the device: it can be had, and has a context.
  int device = 0;
};

/// The backend that `options` gets here. Automatic takes the first device from options.device on
/// that can be had and has memory free, else the CPU; cuda takes options.device. No other device is
/// touched than those tried. Throws NotAvailable, with the reason, where options asks for cuda and
/// cannot have it.
NONNEG_EXPORT BackendChoice choose_backend(const Options& options);
/// Likewise for a run on data A. Automatic takes the CPU, without a look for a device, where all
/// iterations there take less time than a device to start: below some 10^10 flops in all and a
/// thread. A device adds up the stored entries of sparse A in any order:
/// where options ask for deterministic results, such a run is the CPU's, and refused where they ask
/// for cuda.
NONNEG_EXPORT BackendChoice choose_backend(const Options& options, const DataView& A);

}  // namespace nonneg
