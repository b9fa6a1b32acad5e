// SPDX-License-Identifier: Apache-2.0
#include "support/machine_peak.hpp"

#include <algorithm>
#include <chrono>

#include "base/thread_team.hpp"
#include "bench/read_bandwidth.hpp"

namespace nonneg::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Makes the compiler believe that the value is needed.
template <class V>
void use(const V& value) {
  asm volatile("" : : "m"(value) : "memory");
}

/// 64 bytes of T: one or more registers of whatever width the machine has.
template <class T>
struct Vector {
  using type __attribute__((vector_size(64))) = T;
};

/// Runs chains of independent FMAs; returns the flops done. Ten chains hide the latency of two
/// units and leave registers free where a vector takes two. Named one by one: an array would live
/// in memory.
template <class T>
double run_fma_chains(long steps, T start) {
  using V = typename Vector<T>::type;
  const V x = V{} + (T{1} - start * T(1e-6));
  V y = V{} + start;
  for (int l = 0; l < 64 / static_cast<int>(sizeof(T)); ++l) y[l] += static_cast<T>(l);
  V s0 = y, s1 = y + y, s2 = s1 + y, s3 = s2 + y, s4 = s3 + y;
  V s5 = s4 + y, s6 = s5 + y, s7 = s6 + y, s8 = s7 + y, s9 = s8 + y;
  for (long s = 0; s < steps; ++s) {
    s0 = s0 * x + y;
    s1 = s1 * x + y;
    s2 = s2 * x + y;
    s3 = s3 * x + y;
    s4 = s4 * x + y;
    s5 = s5 * x + y;
    s6 = s6 * x + y;
    s7 = s7 * x + y;
    s8 = s8 * x + y;
    s9 = s9 * x + y;
  }
  const V total = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
  constexpr int kChains = 10;
  constexpr int kLanes = 64 / static_cast<int>(sizeof(T));
  use(total);
  return 2.0 * kLanes * kChains * static_cast<double>(steps);
}

template <class T>
double fma_peak(int threads) {
  constexpr long kSteps = 2'000'000;
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    double flops = 0;
    const auto start = Clock::now();
#pragma omp parallel num_threads(threads) reduction(+ : flops)
    { flops += run_fma_chains<T>(kSteps, T(0.5)); }
    best = std::max(best, flops / seconds_since(start));
  }
  return best;
}

}  // namespace

double MachinePeak::limit_seconds(const Cost& cost, bool float32) const {
  return std::max(cost.flops / (float32 ? float32_flops : float64_flops),
                  cost.bytes / read_bandwidth);
}

MachinePeak measure_machine_peak(int threads) {
  MachinePeak peak;
  peak.threads = threads > 0 ? threads : usable_threads();
  peak.float32_flops = fma_peak<float>(peak.threads);
  peak.float64_flops = fma_peak<double>(peak.threads);
  peak.read_bandwidth = read_bandwidth(peak.threads);
  return peak;
}

}  // namespace nonneg::bench
