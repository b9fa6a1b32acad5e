// SPDX-License-Identifier: Apache-2.0
#include "support/run_ledger.hpp"

#include <fmt/format.h>

#include <memory>
#include <string_view>

#include "emulated_device.h"
#include "nonneg/error.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/sparse_matrix.hpp"
#include "support/device_ledger.hpp"

namespace nonneg::bench {

namespace {

using emulated::Control;
using Totals = nonneg_emu_totals;

constexpr std::uint64_t kPlenty = std::uint64_t{4} << 30;

/// Multiples of 1/256 from 1/256 to 1, dense or a tenth of them.
template <class T>
class Data {
 public:
  explicit Data(const RunCase& run) : is_sparse_(run.sparse), dense_(run.m, run.n) {
    std::vector<Index> rows;
    std::vector<Index> columns;
    std::vector<T> values;
    std::uint32_t state = 12345;
    const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 24U; };
    for (Index i = 0; i < run.m; ++i) {
      for (Index j = 0; j < run.n; ++j) {
        const T value = static_cast<T>(next() + 1) / T{256};
        dense_.data()[i * run.n + j] = value;
        if (!run.sparse || next() % 10 != 0) continue;
        rows.push_back(i);
        columns.push_back(j);
        values.push_back(value);
      }
    }
    if (run.sparse) {
      sparse_ = SparseMatrix::from_triplets(run.m, run.n, rows, columns, values);
    }
  }

  DataView view() const { return is_sparse_ ? DataView(sparse_.view()) : DataView(dense_.view()); }

 private:
  bool is_sparse_;
  Matrix<T> dense_;
  SparseMatrix sparse_;
};

Options options_of(const RunCase& run) {
  Options options;
  options.rank = run.k;
  options.algorithm = run.algorithm;
  options.beta = run.beta;
  // What a run keeps of earlier checks is no part of a sweep.
  options.tolerance = 0;
  options.precision = run.precision;
  options.panel_rows = run.panel_rows;
  options.backend = BackendKind::cuda;
  options.threads = 1;
  return options;
}

/// The plan with as much free memory as keeps A on the device, or a little too little for it.
Plan plan_with_room(const RunCase& run, const DataView& A) {
  Control::set_free_memory(kPlenty);
  Plan plan = make_plan(A, options_of(run));
  if (!run.resident) {
    // The plan leaves a sixteenth of what is free, beside what the backend has taken already.
    Control::set_free_memory(kFixedBytes + (plan.total_bytes - kFixedBytes) / 15 * 16 -
                             plan.resident_bytes / 2);
    plan = make_plan(A, options_of(run));
  }
  if (plan.resident != run.resident) {
    throw NotAvailable(fmt::format("{}: A cannot be made to lie there", describe(run)));
  }
  return plan;
}

/// A run that has been given its memory.
template <class T>
class Run {
 public:
  explicit Run(const RunCase& run)
      : data_(run), plan_(plan_with_room(run, data_.view())), before_(live_bytes()) {
    solver_ = std::make_unique<Solver<T>>(data_.view(), options_of(run));
    const std::uint64_t of_data = plan_.resident ? plan_.resident_bytes : plan_.panel_bytes;
    workspace_bytes_ = live_bytes() - before_ - of_data - plan_.factor_bytes;
  }

  Solver<T>& solver() { return *solver_; }
  DataView data() const { return data_.view(); }
  std::uint64_t workspace_bytes() const { return workspace_bytes_; }
  std::uint64_t planned_workspace_bytes() const { return plan_.workspace_bytes; }

 private:
  static std::uint64_t live_bytes() {
    std::uint64_t bytes = 0;
    Control::live_allocations(&bytes);
    return bytes;
  }

  Data<T> data_;
  Plan plan_;
  std::uint64_t before_;
  std::unique_ptr<Solver<T>> solver_;
  std::uint64_t workspace_bytes_ = 0;
};

template <class T>
MeasuredRun measured_in(const RunCase& run) {
  Run<T> one(run);
  const DataView A = one.data();
  MeasuredRun measured;
  measured.run = run;
  measured.stored = static_cast<std::uint64_t>(A.sparse() ? A.stored().entries() : run.m * run.n);
  measured.data_bytes = A.bytes();
  measured.workspace_bytes = one.workspace_bytes();
  measured.planned_workspace_bytes = one.planned_workspace_bytes();

  one.solver().step();
  one.solver().step();
  Control::reset_ledger();
  one.solver().step();
  const Totals sweep = Control::totals();
  measured.graph_launches = sweep.graph_launches;
  measured.kernels = sweep.kernel_launches;
  measured.products = sweep.blas_calls;
  measured.uploaded_bytes = sweep.h2d_pinned.bytes + sweep.h2d_pageable.bytes;
  measured.loaded_bytes = sweep.kernel_bytes_loaded;
  measured.written_bytes = sweep.kernel_bytes_stored;
  measured.product_bytes = static_cast<std::uint64_t>(sweep.blas_operand_bytes);
  one.solver().step();
  one.solver().step();
  const Totals between = Control::totals();
  measured.host_waits = between.host_waits;
  measured.allocations = between.allocations + between.pinned_allocations;
  measured.downloaded_bytes = between.d2h_pinned.bytes + between.d2h_pageable.bytes;
  return measured;
}

/// Calls body(T{}) for the type that the run computes in, with all work done at once: what a call
/// makes the device do is counted before the next.
template <class Body>
auto in_precision(const RunCase& run, const Body& body) {
  if (!has_device_ledger()) {
    throw NotAvailable(
        "the ledger is that of the emulated device: run this through "
        "tests/emulated_device/run.sh");
  }
  Control::set_order("eager", 0);
  auto result = run.precision == Precision::float64 ? body(double{}) : body(float{});
  Control::set_free_memory(kPlenty);
  return result;
}

/// As SweepCase's names are, with loss and precision.
std::string name_of(const RunCase& run) {
  return fmt::format("{:<4} {:<9} {:<7} {:<8} {:>4} {:>4} {:>3}", to_string(run.algorithm),
                     loss_name(run.beta), to_string(run.precision),
                     run.sparse ? "sparse" : (run.resident ? "resident" : "staged"), run.m, run.n,
                     run.k);
}

constexpr std::string_view kCase = "                                  m    n   k";

std::string counts_part(const std::vector<MeasuredRun>& measured) {
  std::string out = fmt::format(
      "Other losses, sparse data and precisions, over whole sweeps. up / A: bytes that cross the "
      "bus\n"
      "to the device in a sweep, against those of A as stored. down, waits, allocations: between "
      "two\n"
      "checks, three sweeps.\n\n"
      "{} graphs kernels products up / A down waits allocations\n",
      kCase);
  for (const MeasuredRun& one : measured) {
    out +=
        fmt::format("{} {:>6} {:>7} {:>8} {:>6.4f} {:>4} {:>5} {:>11}\n", name_of(one.run),
                    one.graph_launches, one.kernels, one.products,
                    static_cast<double>(one.uploaded_bytes) / static_cast<double>(one.data_bytes),
                    one.downloaded_bytes, one.host_waits, one.allocations);
  }
  return out;
}

std::string dense_part(const std::vector<MeasuredRun>& measured) {
  std::string out = fmt::format(
      "Memory of the dense ones. loads, writes: bytes of global memory that all kernels of a sweep "
      "ask\n"
      "for, and products: those of cuBLAS's operands, in units of A in the compute type. "
      "workspace:\n"
      "bytes of device memory but A, or its panels' buffers, and the factors, without the {} that\n"
      "are there whatever the data; for twice the rows it is the same, so that no m x n matrix "
      "can\n"
      "lie in it. panel: bytes of a panel of A.\n\n"
      "{}  loads  writes products  workspace   panel\n",
      kFixedBytes, kCase);
  for (const MeasuredRun& one : measured) {
    const RunCase& run = one.run;
    if (run.sparse) continue;
    const auto of_A = [&](std::uint64_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(run.entry_bytes() * run.m * run.n);
    };
    out +=
        fmt::format("{} {:>6.3f} {:>7.3f} {:>8.3f} {:>10} {:>7}\n", name_of(run),
                    of_A(one.loaded_bytes), of_A(one.written_bytes), of_A(one.product_bytes),
                    one.workspace_bytes - kFixedBytes, run.entry_bytes() * run.panel_rows * run.n);
  }
  return out;
}

std::string sparse_part(const std::vector<MeasuredRun>& measured) {
  std::string out = fmt::format(
      "Memory of the sparse ones. loads, writes: bytes of global memory that all kernels of a "
      "sweep\n"
      "ask for per stored entry, from whichever cache they come; ratio: of their sum to the least, "
      "in\n"
      "which each entry is read twice with its column and what it needs of the factors, k sums of "
      "H\n"
      "are added to for it, and each factor is updated once. Above it is mostly that the 8 (k = 8) "
      "or\n"
      "32 threads on an entry all ask for it and its column.\n\n"
      "{} stored   loads  writes  ratio\n",
      kCase);
  for (const MeasuredRun& one : measured) {
    if (!one.run.sparse) continue;
    const auto stored = static_cast<double>(one.stored);
    out += fmt::format("{} {:>6} {:>7.1f} {:>7.1f} {:>6.3f}\n", name_of(one.run), one.stored,
                       static_cast<double>(one.loaded_bytes) / stored,
                       static_cast<double>(one.written_bytes) / stored,
                       static_cast<double>(one.loaded_bytes + one.written_bytes) /
                           static_cast<double>(least_sparse_bytes(one.run, one.stored)));
  }
  return out;
}

}  // namespace

std::vector<RunCase> run_cost_cases() {
  constexpr RunCase kSmall{.m = 512, .n = 96, .k = 8, .panel_rows = 128};
  constexpr RunCase kLarge{.m = 500, .n = 200, .k = 32, .panel_rows = 256};
  std::vector<RunCase> cases;
  const auto add = [&cases](RunCase run, Algorithm algorithm, double beta, Precision precision) {
    run.algorithm = algorithm;
    run.beta = beta;
    run.precision = precision;
    cases.push_back(run);
  };
  for (const bool resident : {true, false}) {
    for (RunCase run : {kSmall, kLarge}) {
      run.resident = resident;
      add(run, Algorithm::mu, kKullbackLeibler, Precision::float32);
    }
    RunCase run = kSmall;
    run.resident = resident;
    add(run, Algorithm::mu, kKullbackLeibler, Precision::float64);
    add(run, Algorithm::mu, kItakuraSaito, Precision::float32);
    add(run, Algorithm::anls, kFrobenius, Precision::float32);
    add(run, Algorithm::mu, kFrobenius, Precision::float64);
    add(run, Algorithm::mu, kFrobenius, Precision::tf32);
  }
  for (RunCase run : {kSmall, kLarge}) {
    run.sparse = true;
    add(run, Algorithm::mu, kKullbackLeibler, Precision::float32);
    add(run, Algorithm::mu, kFrobenius, Precision::float32);
  }
  RunCase sparse = kSmall;
  sparse.sparse = true;
  add(sparse, Algorithm::mu, kKullbackLeibler, Precision::float64);
  return cases;
}

MeasuredRun measure(const RunCase& run) {
  return in_precision(run, [&run]<class T>(T) { return measured_in<T>(run); });
}

std::uint64_t workspace_bytes(const RunCase& run) {
  return in_precision(run, [&run]<class T>(T) { return Run<T>(run).workspace_bytes(); });
}

std::uint64_t least_sparse_bytes(const RunCase& run, std::uint64_t stored) {
  const auto s = static_cast<std::uint64_t>(run.entry_bytes());
  const auto k = static_cast<std::uint64_t>(run.k);
  const auto rows = static_cast<std::uint64_t>(run.m + run.n);
  const auto m = static_cast<std::uint64_t>(run.m);
  const std::uint64_t rows_of_Ht = run.beta == kFrobenius ? 1 : 2;
  const std::uint64_t per_entry = 2 * (s + sizeof(std::int32_t)) + (rows_of_Ht + 2) * k * s;
  const std::uint64_t per_row = 2 * (2 * sizeof(Index) + k * s);
  // An update reads numerator and factor, and writes the factor; W's numerator is written first.
  return stored * per_entry + m * per_row + 3 * rows * k * s + m * k * s;
}

std::string describe(const RunCase& run) {
  return fmt::format("{} {} {} {}, {} x {}, k = {}, panels of {}", to_string(run.algorithm),
                     loss_name(run.beta), to_string(run.precision),
                     run.sparse ? "sparse" : (run.resident ? "resident" : "staged"), run.m, run.n,
                     run.k, run.panel_rows);
}

std::string run_cost_table(const std::vector<MeasuredRun>& measured) {
  return counts_part(measured) + "\n" + dense_part(measured) + "\n" + sparse_part(measured);
}

}  // namespace nonneg::bench
