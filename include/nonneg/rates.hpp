// SPDX-License-Identifier: Apache-2.0
/// What the products and the memory of a backend do at most, measured: what a run's sweeps are held
/// against.
#pragma once

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Measured on this machine, on the backend of a run.
struct MeasuredRates {
  /// cpu or cuda.
  BackendKind backend = BackendKind::cpu;
  /// Threads of the host that took part.
  int threads = 1;
  /// Floating-point operations per second of the run's products alone: panels of the run's height,
  /// times H and transposed times W, in the run's precision and on all its threads, over and over.
  /// On the CPU such a panel stays in the caches.
  double product_flops = 0;
  /// Bytes per second. cpu: read from memory by all threads; cuda: of a copy within the device's
  /// memory, read and written counted each.
  double memory_bytes = 0;
};

/// Measures for about a second, on dense data of its own in the shape of a run on A with `options`,
/// whose backend must not be automatic. A is not read. Throws InvalidArgument (options),
/// NotAvailable (the backend), OutOfMemory.
NONNEG_EXPORT MeasuredRates measure_rates(const DataView& A, const Options& options);

}  // namespace nonneg
