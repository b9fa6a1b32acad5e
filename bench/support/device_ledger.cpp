// SPDX-License-Identifier: Apache-2.0
#include "support/device_ledger.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "emulated_device.h"
#include "nonneg/error.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"

namespace nonneg::bench {

namespace {

using emulated::Control;
using Totals = nonneg_emu_totals;

/// Multiples of 1/256: their sum, on which the first factors depend, is exact in any order.
Matrix<float> data(Index m, Index n) {
  Matrix<float> A(m, n);
  std::uint32_t state = 12345;
  for (Index e = 0; e < A.size(); ++e) {
    state = state * 1664525U + 1013904223U;
    A.data()[e] = static_cast<float>(state >> 24U) / 256.0F;
  }
  return A;
}

Options options_of(const SweepCase& sweep) {
  Options options;
  options.rank = sweep.k;
  options.algorithm = sweep.algorithm;
  options.extrapolation = sweep.extrapolates;
  // What a run keeps of earlier checks is no part of a sweep.
  options.tolerance = 0;
  options.inner_repeats = sweep.inner_repeats;
  options.panel_rows = sweep.panel_rows;
  options.backend = BackendKind::cuda;
  options.threads = 1;
  return options;
}

/// Free memory that keeps A on the device, or that is a little too small for it.
std::uint64_t free_memory(const SweepCase& sweep, const DataView& A) {
  constexpr std::uint64_t kPlenty = std::uint64_t{4} << 30;
  Control::set_free_memory(kPlenty);
  if (sweep.resident) return kPlenty;
  const std::uint64_t resident = make_plan(A, options_of(sweep)).total_bytes;
  // The plan leaves a sixteenth of what is free, beside what the backend has taken already.
  return kFixedBytes + (resident - kFixedBytes) / 15 * 16 - A.bytes() / 2;
}

UpdateTraffic traffic(const Totals& totals) {
  return {totals.kernel_bytes_loaded, totals.kernel_bytes_stored};
}

/// Adds up the ranges of a sweep.
SweepCounts sweep_counts() {
  SweepCounts counts;
  for (const char* phase : {"sweep", "sweep/multiply", "sweep/update W", "sweep/accumulate",
                            "sweep/update H", "sweep/extrapolate"}) {
    const Totals totals = Control::totals(phase);
    counts.graph_launches += totals.graph_launches;
    counts.kernels += totals.kernel_launches;
    counts.blas_calls += totals.blas_calls;
    counts.blas_flops += static_cast<std::uint64_t>(totals.blas_flops);
    counts.blas_bytes += static_cast<std::uint64_t>(totals.blas_operand_bytes);
    counts.memsets += totals.memset.operations;
    counts.memset_bytes += totals.memset.bytes;
    counts.copies += totals.d2d.operations;
    counts.copied_bytes += totals.d2d.bytes;
    counts.uploads += totals.h2d_pinned.operations + totals.h2d_pageable.operations;
    counts.uploaded_bytes += totals.h2d_pinned.bytes + totals.h2d_pageable.bytes;
    counts.downloaded_bytes += totals.d2h_pinned.bytes + totals.d2h_pageable.bytes;
  }
  counts.update_w = traffic(Control::totals("sweep/update W"));
  counts.update_h = traffic(Control::totals("sweep/update H"));
  counts.extrapolate = traffic(Control::totals("sweep/extrapolate"));
  return counts;
}

}  // namespace

bool has_device_ledger() {
  return Control::present() && std::getenv("NVTX_INJECTION64_PATH") != nullptr;
}

std::vector<SweepCase> device_cost_cases() {
  struct Size {
    Index m, n, k, panel_rows;
  };
  // An even cut; a ragged one; sizes of all kinds of row groups; one with G read through the cache.
  constexpr Size kSizes[] = {{512, 96, 8, 128},
                             {597, 43, 10, 200},
                             {500, 200, 32, 256},
                             {256, 320, 64, 64},
                             {150, 130, 100, 75}};
  std::vector<SweepCase> cases;
  for (const Size& size : kSizes) {
    for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
      for (const bool resident : {true, false}) {
        cases.push_back({.m = size.m,
                         .n = size.n,
                         .k = size.k,
                         .panel_rows = size.panel_rows,
                         .algorithm = algorithm,
                         .extrapolates = algorithm == Algorithm::hals,
                         .resident = resident});
      }
    }
  }
  return cases;
}

MeasuredSweep measure(const SweepCase& sweep) {
  if (!has_device_ledger()) {
    throw NotAvailable(
        "the ledger is that of the emulated device: run this through "
        "tests/emulated_device/run.sh");
  }
  const Matrix<float> entries = data(sweep.m, sweep.n);
  const DataView A(entries.view());
  // All work at once: what a call makes the device do is counted before the next.
  Control::set_order("eager", 0);
  Control::set_free_memory(free_memory(sweep, A));
  std::uint64_t before = 0;
  Control::live_allocations(&before);

  MeasuredSweep measured;
  measured.sweep = sweep;
  measured.planned_bytes = make_plan(A, options_of(sweep)).total_bytes;
  Solver<float> solver(A, options_of(sweep));
  Control::live_allocations(&measured.device_bytes);
  measured.device_bytes -= before;
  Control::reset_ledger();
  solver.step();
  measured.first_uploaded_bytes = sweep_counts().uploaded_bytes;
  solver.step();
  Control::reset_ledger();
  solver.step();
  measured.counts = sweep_counts();
  solver.step();
  solver.step();
  const Totals between = Control::totals();
  measured.host_waits = between.host_waits;
  measured.allocations = between.allocations + between.pinned_allocations;
  measured.downloaded_between_checks = between.d2h_pinned.bytes + between.d2h_pageable.bytes;
  Control::reset_ledger();
  solver.check();
  const Totals check = Control::totals();
  measured.check_downloaded_bytes = check.d2h_pinned.bytes + check.d2h_pageable.bytes;
  return measured;
}

}  // namespace nonneg::bench
