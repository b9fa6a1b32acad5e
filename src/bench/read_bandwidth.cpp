// SPDX-License-Identifier: Apache-2.0
#include "bench/read_bandwidth.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "base/parallel.hpp"

namespace nonneg::bench {

double read_bandwidth(int threads) {
  using Clock = std::chrono::steady_clock;
  constexpr Index kLanes = 64;
  const std::vector<float> data(std::size_t{64} << 20, 1.0F);  // beyond any cache
  const Index lines = static_cast<Index>(data.size()) / kLanes;
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    parallel_ranges(threads, lines, 1, [&](Index first, Index count) {
      const float* from = data.data() + first * kLanes;
      float lanes[kLanes] = {};
      for (Index i = 0; i < count * kLanes; i += kLanes) {
        for (Index l = 0; l < kLanes; ++l) lanes[l] += from[i + l];
      }
      const float total = std::accumulate(std::begin(lanes), std::end(lanes), 0.0F);
      asm volatile("" : : "m"(total) : "memory");  // which the compiler must believe to be needed
    });
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(data.size() * sizeof(float)) / seconds);
  }
  return best;
}

}  // namespace nonneg::bench
