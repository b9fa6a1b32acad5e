// SPDX-License-Identifier: Apache-2.0
// Modelled times, for cudaEventElapsedTime: figures of no particular device, the same in every run.
// They order things plausibly (more bytes take longer, streams overlap) and measure nothing.
#pragma once

namespace nonneg::emulated {

constexpr double kLaunchSeconds = 3e-6;
constexpr double kDeviceBytesPerSecond = 500e9;
constexpr double kHostBytesPerSecond = 20e9;  ///< over the bus
constexpr double kFlopsPerSecond = 10e12;

inline double device_seconds(double bytes, double flops) {
  const double memory = bytes / kDeviceBytesPerSecond, compute = flops / kFlopsPerSecond;
  return kLaunchSeconds + (memory > compute ? memory : compute);
}
inline double bus_seconds(double bytes) { return kLaunchSeconds + bytes / kHostBytesPerSecond; }

}  // namespace nonneg::emulated
