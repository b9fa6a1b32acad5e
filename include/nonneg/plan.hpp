/// What a factorization will take, said before anything is allocated.
#pragma once

#include <cstdint>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Bytes on the machine that computes. `total_bytes` leaves A itself out: it is the caller's.
struct Plan {
  Index rows = 0;
  Index cols = 0;
  Index rank = 0;
  Precision precision = Precision::float32;
  /// A as stored.
  std::uint64_t data_bytes = 0;
  /// W and Ht.
  std::uint64_t factor_bytes = 0;
  /// The buffers that panels are widened into; 0 where A is read where it lies.
  std::uint64_t panel_bytes = 0;
  /// Sums AᵀW, Gram matrices, the panels' products, and the residual's workspace.
  std::uint64_t workspace_bytes = 0;
  std::uint64_t total_bytes = 0;
  Index panel_rows = 0;
  Index panels = 0;
  /// Threads that sweep a share of the rows each, with sums AᵀW of their own; 1 where those would
  /// take too much memory, and the threads share each panel's products instead.
  int workers = 1;
  /// Bytes of A read per iteration: its stored size, once.
  std::uint64_t data_bytes_per_iteration = 0;
  /// Floating-point operations of one sweep's matrix products.
  double flops_per_iteration = 0;
};

/// Threads that the CPU backend uses for a sweep of this size: `asked`, or for 0 as many as this process
/// may run on and the work is worth.
NONNEG_EXPORT int chosen_threads(Index rows, Index cols, Index rank, int asked);

/// The plan for data of this shape and kind; `scaled` says that its entries are so large or small
/// that every panel must be scaled. Throws InvalidArgument as validate() does.
NONNEG_EXPORT Plan make_plan(const DataView& A, const Options& options, bool scaled = false);

}  // namespace nonneg
