// SPDX-License-Identifier: Apache-2.0
#include "cli/bench/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string_view>

#include "bench/sweep_cost.hpp"
#include "bench/timed_sweeps.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/element_type.hpp"
#include "nonneg/error.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "options/loss_mode.hpp"
#include "options/resolve.hpp"

namespace nonneg::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Checks between the start and an error are so many sweeps apart.
constexpr Index kCheckEvery = 5;
/// A reference that would take longer has fewer sweeps.
constexpr double kReferenceSeconds = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Flops of the products of a sweep over dense A: with A and the Gram matrices, or with the model,
/// its quotients and their denominators.
double sweep_product_flops(const DataView& A, const LossMode& mode, Index rank) {
  const bench::Cost product = bench::product_cost(A.rows(), A.cols(), rank, 0);
  if (!mode.gram_rules_serve) return product.flops * (mode.sums_as_denominators ? 4 : 6);
  return 2 * product.flops + bench::gram_cost(A.rows() + A.cols(), rank, 0).flops;
}

/// Bytes of A as it lies there, read once, and of the factors, read and written.
double sweep_bytes(const DataView& A, Index rank, Precision precision) {
  const double entry = precision == Precision::float64 ? 8 : 4;
  return static_cast<double>(A.bytes()) +
         2 * entry * static_cast<double>(A.rows() + A.cols()) * static_cast<double>(rank);
}

/// A sweep that the model and the counts know: dense, complete, float32 or tf32, and MU, HALS or
/// Kullback-Leibler with an extrapolation of the rule's own. Empty, or why it is none.
std::string unknown_sweep(const DataView& A, const Options& options) {
  const bool kl = options.beta == kKullbackLeibler;
  if (A.sparse()) return "sparse data";
  if (is_weighted(options, A)) return "weights and missing entries";
  if (options.precision == Precision::float64) return "float64";
  if (A.type() != ElementType::float32) return fmt::format("{} data", element_name(A.type()));
  if (!kl && options.beta != kFrobenius) return fmt::format("beta {}", options.beta);
  if (options.algorithm == Algorithm::anls) return "anls";
  if (!kl && extrapolates(options) != (options.algorithm == Algorithm::hals)) {
    return "an extrapolation that is not the algorithm's own";
  }
  return {};
}

bench::SweepCase sweep_case(const DataView& A, const Options& options, Index rank) {
  bench::SweepCase sweep;
  sweep.m = A.rows();
  sweep.n = A.cols();
  sweep.k = rank;
  sweep.panel_rows = A.rows();
  sweep.algorithm = options.algorithm;
  sweep.extrapolates = extrapolates(options);
  sweep.kullback_leibler = options.beta == kKullbackLeibler;
  sweep.inner_repeats = options.inner_repeats;
  return sweep;
}

/// The largest k of which the model knows the instructions.
constexpr Index kMaxModelledRank = 768;
/// A device takes the sums of higher panels in pieces, which the counts do not know.
constexpr Index kMaxCountedRows = 8192;

std::optional<DeviceWork> counted_work(const DataView& A, const Options& options, Index rank,
                                       Index panel_rows, const Plan& plan) {
  if (!unknown_sweep(A, options).empty() || rank > kMaxModelledRank) return {};
  if (panel_rows < 1 || panel_rows > kMaxCountedRows) return {};
  bench::SweepCase sweep = sweep_case(A, options, rank);
  sweep.panel_rows = panel_rows;
  sweep.resident = plan.resident;
  const auto panels = static_cast<std::uint64_t>(sweep.panels());
  if (sweep.kullback_leibler) {
    return DeviceWork{bench::kullback_leibler_kernels(panels),
                      bench::kullback_leibler_products(panels), plan.bus_bytes_per_iteration};
  }
  const bench::SweepCounts counts = bench::model_sweep(sweep, 1, 1);
  return DeviceWork{counts.kernels, counts.blas_calls, counts.uploaded_bytes};
}

/// One backend's share of the comparison.
template <class T>
class Side {
 public:
  Side(const DataView& A, const Options& options, std::int64_t repeats, bool emulated)
      : A_(A), options_(options), repeats_(static_cast<int>(repeats)), emulated_(emulated) {
    options_.tolerance = 0;
  }

  Measured sweeps(Index rank) {
    Measured measured;
    options_.rank = rank;
    const auto start = Clock::now();
    Solver<T> solver(A_, options_);
    solver.step();
    solver.check();
    measured.start_seconds = seconds_since(start);
    if (emulated_) {
      for (int s = 0; s < 2; ++s) solver.step();
      solver.check();
    } else {
      // Heights are tried, and sweeps recorded, on a device alone.
      const int warm_up = options_.backend == BackendKind::cuda ? 11 : 1;
      measured.sweep_seconds =
          bench::time_sweeps(solver, {.warm_up = warm_up, .repeats = repeats_, .seconds = 0.25});
      std::sort(measured.sweep_seconds.begin(), measured.sweep_seconds.end());
    }
    measured.panel_rows = solver.result().panel_rows;
    if (emulated_) {
      measured.work =
          counted_work(A_, options_, rank, measured.panel_rows, make_plan(A_, options_));
    }
    return measured;
  }

  void rates(Measured& measured) {
    if (emulated_) return;
    const LossMode mode(options_, A_);
    const MeasuredRates rates = measure_rates(A_, options_);
    measured.rates = rates;
    measured.memory_seconds =
        sweep_bytes(A_, options_.rank, options_.precision) / rates.memory_bytes;
    if (!mode.samples() && !A_.sparse()) {
      measured.product_seconds = sweep_product_flops(A_, mode, options_.rank) / rates.product_flops;
    }
  }

  /// Runs until the error is reached, at most so many sweeps; without an error all of them, and
  /// then the error is kNearby times the least.
  void time_to_error(Measured& measured, std::optional<double>& error, Index most) {
    options_.max_iterations = most;
    options_.check_every = kCheckEvery;
    std::stop_source stop;
    Solver<T> solver(A_, options_);
    solver.run(stop.get_token(), [&](const LossRecord& record) {
      if (error && record.relative_error <= *error) stop.request_stop();
    });
    const std::vector<LossRecord>& history = solver.loss_history();
    const auto less = [](const LossRecord& a, const LossRecord& b) {
      return a.relative_error < b.relative_error;
    };
    measured.least_error = std::min_element(history.begin(), history.end(), less)->relative_error;
    measured.sweeps = solver.iteration();
    if (!error) error = kNearby * measured.least_error;
    for (const LossRecord& record : history) {
      if (record.relative_error > *error) continue;
      measured.reached = ReachedError{record.seconds, record.iteration};
      break;
    }
  }

 private:
  DataView A_;
  Options options_;
  int repeats_;
  bool emulated_;
};

/// The sweeps of a run whose error the others are to reach: fewer where they take long.
Index reference_sweeps(const Measured& measured) {
  if (measured.sweep_seconds.empty()) return kReferenceSweeps;
  const double fitting = kReferenceSeconds / measured.median_seconds();
  return std::clamp(static_cast<Index>(std::min(fitting, 1e6)), kCheckEvery, kReferenceSweeps) /
         kCheckEvery * kCheckEvery;
}

template <class T>
void compare_in(const DataView& A, const ComparisonRequest& request, Comparison& comparison,
                const Options& on_gpu, const std::function<void(const std::string&)>& tell) {
  Options on_cpu = comparison.options;
  on_cpu.backend = BackendKind::cpu;
  if (on_cpu.precision == Precision::tf32) on_cpu.precision = Precision::float32;
  const bool wants_cpu = request.options.backend != BackendKind::cuda;
  const Index most = request.options.max_iterations.value_or(*comparison.options.max_iterations);
  for (const Index rank : request.ranks) {
    Compared compared;
    compared.rank = rank;
    std::optional<double> error = request.error;
    const auto side = [&](const Options& options, bool emulated, std::string_view name) {
      Side<T> its(A, options, request.repeats, emulated);
      tell(fmt::format("{}, rank {}: sweeps", name, rank));
      Measured measured = its.sweeps(rank);
      tell(fmt::format("{}, rank {}: its products and memory", name, rank));
      its.rates(measured);
      tell(fmt::format("{}, rank {}: time to the error", name, rank));
      const Index sweeps = error ? most : std::min(most, reference_sweeps(measured));
      if (!error) {
        compared.reference_sweeps = sweeps;
        comparison.error_reference = name;
      }
      its.time_to_error(measured, error, sweeps);
      return measured;
    };
    if (wants_cpu) compared.cpu = side(on_cpu, false, "cpu");
    if (comparison.has_gpu) compared.gpu = side(on_gpu, comparison.emulated, "gpu");
    compared.error = *error;
    if (comparison.card != nullptr && rank <= kMaxModelledRank) {
      compared.modelled =
          bench::best_modelled_sweep(*comparison.card, sweep_case(A, comparison.options, rank),
                                     comparison.options.precision == Precision::tf32);
    }
    comparison.ranks.push_back(std::move(compared));
  }
}

/// Looks for the device. `options` then ask for it.
void find_device(const DataView& A, Options& options, Comparison& comparison) {
  const bool asked_for = options.backend == BackendKind::cuda;
  Options any = options;
  if (any.precision == Precision::tf32) any.precision = Precision::float32;
  try {
    const BackendChoice choice = choose_backend(any);
    comparison.gpu = choice.reason;
    if (choice.kind != BackendKind::cuda) return;
    options.backend = BackendKind::cuda;
    options.device = choice.device;
    // Sparse data that is to be deterministic has none.
    choose_backend(options, A);
    comparison.has_gpu = true;
    comparison.emulated = choice.reason.find("emulated device") != std::string::npos;
  } catch (const NotAvailable& error) {
    if (asked_for) throw;
    comparison.gpu = error.what();
  }
}

}  // namespace

Comparison compare(const DataView& A, const ComparisonRequest& request,
                   const std::function<void(const std::string&)>& tell) {
  Comparison comparison;
  Options options = request.options;
  options.rank = request.ranks.front();
  comparison.options = resolve(options, A);
  comparison.threads = sweep_threads(A.rows(), A.cols(), options.rank, options.threads);
  Options on_gpu = comparison.options;
  const bool wants_gpu = options.backend != BackendKind::cpu;
  if (wants_gpu) find_device(A, on_gpu, comparison);
  if (wants_gpu && (!comparison.has_gpu || comparison.emulated)) {
    comparison.not_modelled = unknown_sweep(A, comparison.options);
    if (comparison.not_modelled.empty()) comparison.card = request.card;
  }
  if (options.precision == Precision::float64) {
    compare_in<double>(A, request, comparison, on_gpu, tell);
  } else {
    compare_in<float>(A, request, comparison, on_gpu, tell);
  }
  return comparison;
}

}  // namespace nonneg::cli
