// SPDX-License-Identifier: Apache-2.0
/// What a sweep of any loss, kind of data and precision makes a device do, counted by the emulated
/// device over the whole sweep, whichever calls it is made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nonneg/options.hpp"

namespace nonneg::bench {

struct RunCase {
  Algorithm algorithm = Algorithm::mu;
  double beta = kFrobenius;
  Precision precision = Precision::float32;
  /// Compressed rows, a tenth of the entries stored; resident.
  bool sparse = false;
  bool resident = true;
  Index m = 0;
  Index n = 0;
  Index k = 0;
  Index panel_rows = 0;

  Index entry_bytes() const { return precision == Precision::float64 ? 8 : 4; }
};

struct MeasuredRun {
  RunCase run;
  /// Entries of A that are stored, and the bytes of A on the host.
  std::uint64_t stored = 0;
  std::uint64_t data_bytes = 0;

  // Of the third sweep, which is as all later ones.
  std::uint64_t graph_launches = 0;
  std::uint64_t kernels = 0;
  std::uint64_t products = 0;
  std::uint64_t uploaded_bytes = 0;
  /// Global memory that kernels ask for, from whichever cache it comes.
  std::uint64_t loaded_bytes = 0;
  std::uint64_t written_bytes = 0;
  /// Of cuBLAS: each operand of each product once, those added to twice.
  std::uint64_t product_bytes = 0;

  // Over the three sweeps from there on.
  std::uint64_t host_waits = 0;
  std::uint64_t allocations = 0;
  std::uint64_t downloaded_bytes = 0;

  /// Device memory but A (or the buffers of its panels) and the factors.
  std::uint64_t workspace_bytes = 0;
  /// What the plan says that it is.
  std::uint64_t planned_workspace_bytes = 0;
};

/// All that the kept table has.
std::vector<RunCase> run_cost_cases();

/// Runs the case. Throws NotAvailable without a ledger.
MeasuredRun measure(const RunCase& run);

/// MeasuredRun::workspace_bytes alone, without a sweep.
std::uint64_t workspace_bytes(const RunCase& run);

/// Bytes that a sweep over sparse data asks for at least, if every stored entry's share of the
/// factors is fetched for it: per entry, for W's products and for H's each, the entry, its column
/// and a row of Ht, and for H's sums a row read and written; per row twice its offsets and its row
/// of W; and what the updates of both factors read and write. A Frobenius sweep reads no row of Ht
/// for H's sums.
std::uint64_t least_sparse_bytes(const RunCase& run, std::uint64_t stored);

/// "mu kl float32 sparse, 512 x 96, k = 8, panels of 128".
std::string describe(const RunCase& run);

/// The part of the kept table that has these.
std::string run_cost_table(const std::vector<MeasuredRun>& measured);

}  // namespace nonneg::bench
