// SPDX-License-Identifier: Apache-2.0
/// What a factorization will take, said before anything is allocated.
#pragma once

#include <cstdint>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Bytes in the memory that the backend computes in: the host's for cpu, the device's for cuda.
struct Plan {
  /// cpu or cuda: where the plan is for.
  BackendKind backend = BackendKind::cpu;
  /// m.
  Index rows = 0;
  /// n.
  Index cols = 0;
  /// k.
  Index rank = 0;
  /// In which type the factors are computed; never automatic.
  Precision precision = Precision::float32;
  /// A as stored.
  std::uint64_t data_bytes = 0;
  /// W and Ht.
  std::uint64_t factor_bytes = 0;
  /// True where A is uploaded once and then stays in device memory; false for cpu.
  bool resident = false;
  /// A in device memory, in the compute type or, where that does not fit, as stored; 0 unless
  /// resident.
  std::uint64_t resident_bytes = 0;
  /// The buffers that panels arrive in and are widened into; 0 where A is read where it lies.
  std::uint64_t panel_bytes = 0;
  /// Sums AᵀW, Gram matrices, the panels' products, and the residual's workspace.
  std::uint64_t workspace_bytes = 0;
  /// All that will be allocated there. The caller's own A is not part of it.
  std::uint64_t total_bytes = 0;
  /// Page-locked host memory that panels pass through on their way to a device; 0 for cpu.
  std::uint64_t pinned_bytes = 0;
  /// What the device has free, for cuda.
  std::uint64_t device_free_bytes = 0;
  /// Rows of a panel, at most; where there are candidates, what the run begins with.
  Index panel_rows = 0;
  /// Panel heights that the first sweeps try, the fastest of which is kept. Empty where the height
  /// is fixed: by Options::panel_rows or deterministic, on the CPU, or since A is small.
  std::vector<Index> panel_row_candidates;
  /// Panels that A is cut into: of panel_rows rows each, but the last, and but those of staged
  /// sparse data whose rows hold so much that fewer make a panel.
  Index panels = 0;
  /// Threads that sweep a share of the rows each, with sums AᵀW of their own; 1 where those would
  /// take too much memory, and the threads share each panel's products instead.
  int workers = 1;
  /// Bytes of A and its weights that cross the bus to a device per iteration, after the first: 0
  /// where A is resident, else its stored size, once, and for sparse data another offset per panel.
  std::uint64_t bus_bytes_per_iteration = 0;
  /// Bytes of A read per iteration: its stored size, once.
  std::uint64_t data_bytes_per_iteration = 0;
  /// Floating-point operations of one sweep's matrix products.
  double flops_per_iteration = 0;
};

/// The plan for data of this shape and kind, which is not looked into, on the backend that
/// `options` would get; `scaled` says that its entries are so large or small that every panel must
/// be scaled. Throws InvalidArgument as validate() does, NotAvailable as choose_backend() does.
NONNEG_EXPORT Plan make_plan(const DataView& A, const Options& options, bool scaled = false);

}  // namespace nonneg
