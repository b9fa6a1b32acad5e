// SPDX-License-Identifier: Apache-2.0
// Sweeps of MU and HALS over 20000 × 2000 against the machine's own measured limit: the larger of
// flops/peak and bytes/bandwidth. `of_limit` is 1 where nothing could be faster.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "bench/sweep_cost.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "rules/chosen_repeats.hpp"
#include "support/machine_peak.hpp"

namespace nonneg::bench {

namespace {

constexpr Index kRows = 20000;
constexpr Index kCols = 2000;

const MachinePeak& machine() {
  static const MachinePeak kPeak = measure_machine_peak();
  return kPeak;
}

/// Uniform on (0, 1), the same in every run.
template <class T>
const Matrix<T>& data() {
  static const Matrix<T> kMatrix = [] {
    Matrix<T> A(kRows, kCols);
    make_backend<T>({})->fill_uniform(A.view(), {.seed = 1, .matrix = 2}, 0, T{1}, T{0});
    return A;
  }();
  return kMatrix;
}

Options sweep_options(Algorithm algorithm, Index rank, Index panel_rows) {
  Options options;
  options.rank = rank;
  options.algorithm = algorithm;
  options.panel_rows = panel_rows;
  return options;
}

/// Time per sweep; a panel height of 0 is the library's choice, kRows reads A twice per sweep.
template <class T>
void sweep(benchmark::State& state, Algorithm algorithm, Index panel_rows) {
  const Index rank = state.range(0);
  Solver<T> solver(DataView(data<T>().view()), sweep_options(algorithm, rank, panel_rows));
  solver.step();
  for (auto _ : state) solver.step();
  const Cost cost =
      sweep_cost(kRows, kCols, rank, sizeof(T), chosen_repeats(algorithm, kCols, rank),
                 chosen_repeats(algorithm, kRows, rank));
  const auto rate = benchmark::Counter::kIsIterationInvariantRate;
  state.counters["GFLOP/s"] = benchmark::Counter(cost.flops * 1e-9, rate);
  // A counter of limit seconds per iteration, taken as a rate, is limit over time.
  state.counters["of_limit"] =
      benchmark::Counter(machine().limit_seconds(cost, sizeof(T) == 4), rate);
}

void mu_float32(benchmark::State& state) { sweep<float>(state, Algorithm::mu, 0); }
void mu_float32_one_panel(benchmark::State& state) { sweep<float>(state, Algorithm::mu, kRows); }
void hals_float32(benchmark::State& state) { sweep<float>(state, Algorithm::hals, 0); }
void mu_float64(benchmark::State& state) { sweep<double>(state, Algorithm::mu, 0); }

BENCHMARK(mu_float32)
    ->Arg(8)
    ->Arg(16)
    ->Arg(24)
    ->Arg(32)
    ->Arg(64)
    ->Arg(128)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(mu_float32_one_panel)
    ->Arg(8)
    ->Arg(16)
    ->Arg(24)
    ->Arg(32)
    ->Arg(64)
    ->Arg(128)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(hals_float32)
    ->Arg(8)
    ->Arg(16)
    ->Arg(24)
    ->Arg(32)
    ->Arg(64)
    ->Arg(128)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(mu_float64)->Arg(32)->Unit(benchmark::kMillisecond)->UseRealTime();

/// This process's most memory so far, or now, in bytes.
double resident_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string name;
  double kilobytes = 0;
  while (status >> name) {
    if (name == field && status >> kilobytes) return kilobytes * 1024;
    std::getline(status, name);
  }
  return 0;
}

/// The memory that a whole run adds beside A, against the plan. No second copy of A: `of_A` is
/// small.
void memory_peak(benchmark::State& state) {
  const DataView A(data<float>().view());
  Options options = sweep_options(Algorithm::mu, 32, 0);
  options.max_iterations = 2;
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts again from here
  const double before = resident_bytes("VmRSS:");
  for (auto _ : state) benchmark::DoNotOptimize(factorize<float>(A, options));
  const double added = resident_bytes("VmHWM:") - before;
  state.counters["added_MB"] = added * 1e-6;
  state.counters["planned_MB"] = static_cast<double>(make_plan(A, options).total_bytes) * 1e-6;
  state.counters["of_A"] = added / static_cast<double>(A.bytes());
}

BENCHMARK(memory_peak)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace

}  // namespace nonneg::bench

int main(int argc, char** argv) {
  const auto& peak = nonneg::bench::machine();
  std::printf(
      "measured peak, %d threads: float32 %.0f GFLOP/s, float64 %.0f GFLOP/s, read %.1f GB/s\n",
      peak.threads, peak.float32_flops * 1e-9, peak.float64_flops * 1e-9,
      peak.read_bandwidth * 1e-9);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
