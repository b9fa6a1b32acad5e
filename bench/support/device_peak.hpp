// SPDX-License-Identifier: Apache-2.0
/// What a CUDA device can do, measured through the backend's own primitives: no CUDA call here.
#pragma once

namespace nonneg::bench {

struct DevicePeak {
  /// Bytes per second of a copy within device memory, read and written counted each.
  double copy_bandwidth = 0;
  /// Flops per second of a large square product.
  double product_flops = 0;
};

/// Measures for about a second, on matrices of 1 GiB and 8192 x 8192, or small ones. Throws
/// NotAvailable, OutOfMemory.
DevicePeak measure_device_peak(int device, bool tf32, bool tiny);

}  // namespace nonneg::bench
