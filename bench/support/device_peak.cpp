// SPDX-License-Identifier: Apache-2.0
#include "support/device_peak.hpp"

#include <algorithm>
#include <chrono>

#include "backend/backend.hpp"
#include "devices/make_backend.hpp"

namespace nonneg::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds of one `work`, the best of a few rounds; `wait` returns when all is done.
template <class Work, class Wait>
double best_seconds(int rounds, int per_round, const Work& work, const Wait& wait) {
  work();
  wait();
  double best = 1e300;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < per_round; ++i) work();
    wait();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count() / per_round);
  }
  return best;
}

}  // namespace

DevicePeak measure_device_peak(int device, bool tf32, bool tiny) {
  Options options;
  options.rank = 1;
  options.backend = BackendKind::cuda;
  options.device = device;
  options.precision = tf32 ? Precision::tf32 : Precision::float32;
  const auto backend = make_backend<float>(options);
  Matrix<double> sum = backend->allocate_sums(1);
  backend->clear_sums(sum.data(), 1);
  const auto wait = [&] {
    double ignored = 0;
    backend->fetch(sum.data(), &ignored, 1);
  };
  const auto filled = [&](Index rows, Index cols, std::uint32_t matrix) {
    Matrix<float> X = backend->allocate(rows, cols);
    backend->fill_uniform(X.view(), {.seed = 1, .matrix = matrix}, 0, 1.0F, 0.0F);
    return X;
  };
  const int rounds = tiny ? 1 : 5;
  DevicePeak peak;
  {
    const Index side = tiny ? 64 : 16384;
    const Matrix<float> from = filled(side, side, 0);
    Matrix<float> to = backend->allocate(side, side);
    const double seconds = best_seconds(
        rounds, 10, [&] { backend->copy(from.view(), to.view()); }, wait);
    peak.copy_bandwidth = 2.0 * sizeof(float) * static_cast<double>(from.size()) / seconds;
  }
  const Index side = tiny ? 64 : 8192;
  const Matrix<float> X = filled(side, side, 1);
  const Matrix<float> Y = filled(side, side, 2);
  Matrix<float> product = backend->allocate(side, side);
  const double seconds = best_seconds(
      rounds, 3, [&] { backend->multiply(X.view(), Y.view(), product.view()); }, wait);
  const auto n = static_cast<double>(side);
  peak.product_flops = 2 * n * n * n / seconds;
  return peak;
}

}  // namespace nonneg::bench
