// SPDX-License-Identifier: Apache-2.0
/// The same factorization on the CPU and on a CUDA device, timed; and modelled on a card where
/// there is no device to time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/modelled_times.hpp"
#include "nonneg/options.hpp"
#include "nonneg/rates.hpp"

namespace nonneg::cli {

/// What is compared.
struct ComparisonRequest {
  /// Its backend: cpu or cuda for that alone, automatic for both. Its rank plays no part.
  Options options;
  std::vector<Index> ranks;
  /// The relative error that is to be reached; unset: kNearby times that of kReferenceSweeps.
  std::optional<double> error;
  /// How often a sweep's time is taken.
  std::int64_t repeats = 5;
  /// That is modelled where no device is timed.
  const bench::Card* card = nullptr;
};

/// What an error is to be within that nobody has named.
inline constexpr double kNearby = 1.01;
inline constexpr Index kReferenceSweeps = 50;

/// When an error was reached, checked every few sweeps.
struct ReachedError {
  /// Since the first sweep began; not so where times mean nothing.
  double seconds = 0;
  Index sweeps = 0;
};

/// What one sweep gives an emulated device to do, by formulas that tests hold against its ledger.
struct DeviceWork {
  std::uint64_t kernels = 0;
  std::uint64_t products = 0;
  std::uint64_t bus_bytes = 0;
};

/// One rank on one machine.
struct Measured {
  /// Ascending; empty on an emulated device.
  std::vector<double> sweep_seconds;
  /// From the solver's making to the end of its first sweep: on a device with its start and A's
  /// upload.
  double start_seconds = 0;
  Index panel_rows = 0;
  std::optional<MeasuredRates> rates;
  /// The products of a sweep at the measured rate, and A and the factors once at the measured
  /// bandwidth: a sweep's limit is the larger one. Sparse data's is the second.
  double product_seconds = 0;
  double memory_seconds = 0;
  /// Nothing where the error was not reached.
  std::optional<ReachedError> reached;
  /// The least error of the run that was to reach it, and its sweeps.
  double least_error = 0;
  Index sweeps = 0;
  std::optional<DeviceWork> work;

  double median_seconds() const { return sweep_seconds[sweep_seconds.size() / 2]; }
  double limit_seconds() const { return std::max(product_seconds, memory_seconds); }
};

/// One rank.
struct Compared {
  Index rank = 0;
  double error = 0;
  /// Sweeps of the reference that gave the error; 0 where it was asked for.
  Index reference_sweeps = 0;
  std::optional<Measured> cpu;
  std::optional<Measured> gpu;
  std::optional<bench::BestSweep> modelled;
};

struct Comparison {
  /// Resolved, as both runs have them but for rank, backend and tf32, which is the device's alone.
  Options options;
  /// Where the reference ran that gave the errors, "cpu" or "gpu"; empty where one was asked for.
  std::string error_reference;
  int threads = 0;
  /// The device's name, or why there is none; not looked for where the CPU alone was asked for.
  std::string gpu;
  bool has_gpu = false;
  /// The device is emulated: counts, and no times.
  bool emulated = false;
  /// Why nothing is modelled, where nothing is.
  std::string not_modelled;
  const bench::Card* card = nullptr;
  std::vector<Compared> ranks;
};

/// Runs it all. `tell` is called with what comes next, such as "cpu, rank 32: sweeps". Throws what
/// a Solver does, and NotAvailable where a device was asked for and there is none.
Comparison compare(const DataView& A, const ComparisonRequest& request,
                   const std::function<void(const std::string&)>& tell);

}  // namespace nonneg::cli
