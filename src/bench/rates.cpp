// SPDX-License-Identifier: Apache-2.0
#include "nonneg/rates.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <vector>

#include "bench/read_bandwidth.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/error.hpp"
#include "nonneg/plan.hpp"
#include "options/resolve.hpp"

namespace nonneg {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSeconds = 0.1;
constexpr int kRounds = 3;
/// Entries of the matrices that are measured on, at most: 256 MiB of float32.
constexpr Index kMaxEntries = Index{64} << 20;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Matrices in one backend's memory, and work on them that is waited for.
template <class T>
class Bench {
 public:
  explicit Bench(Backend<T>& backend) : backend_(backend), sum_(backend.allocate_sums(1)) {
    backend.clear_sums(sum_.data(), 1);
  }

  Matrix<T> filled(Index rows, Index cols, std::uint32_t matrix) {
    Matrix<T> X = backend_.allocate(rows, cols);
    backend_.fill_uniform(X.view(), {.seed = 1, .matrix = matrix}, 0, T{1}, T{0});
    return X;
  }

  /// How often per second `work` can be done, over kSeconds of it.
  template <class Work>
  double per_second(const Work& work) {
    constexpr double kBatchSeconds = 0.005;
    int batch = 1;
    double done = 0;
    const auto start = Clock::now();
    while (true) {
      const auto begin = Clock::now();
      for (int i = 0; i < batch; ++i) work();
      wait();
      done += batch;
      const double seconds = seconds_since(start);
      if (seconds >= kSeconds) return done / seconds;
      if (seconds_since(begin) < kBatchSeconds) batch *= 2;
    }
  }

 private:
  void wait() {
    double ignored = 0;
    backend_.fetch(sum_.data(), &ignored, 1);
  }

  Backend<T>& backend_;
  Matrix<double> sum_;
};

/// The two products of one panel of dense data, as a sweep takes them.
template <class T>
class PanelProducts {
 public:
  PanelProducts(Backend<T>& backend, Index rows, Index cols, Index rank)
      : backend_(backend),
        bench_(backend),
        A_(bench_.filled(rows, cols, 0)),
        Ht_(bench_.filled(cols, rank, 1)),
        W_(bench_.filled(rows, rank, 2)),
        P_(bench_.filled(rows, rank, 3)),
        C_(bench_.filled(cols, rank, 4)) {}

  /// Flops per second over kSeconds.
  double flops() {
    const double each = 4.0 * static_cast<double>(A_.size()) * static_cast<double>(Ht_.cols());
    return each * bench_.per_second([this] {
      backend_.multiply(A_.view(), Ht_.view(), P_.view());
      backend_.add_transposed_product(A_.view(), W_.view(), C_.view());
    });
  }

 private:
  Backend<T>& backend_;
  Bench<T> bench_;
  Matrix<T> A_;
  Matrix<T> Ht_;
  Matrix<T> W_;
  Matrix<T> P_;
  Matrix<T> C_;
};

template <class T>
double product_flops(Backend<T>& backend, const Plan& plan) {
  const Index rows =
      std::clamp<Index>(kMaxEntries / std::max<Index>(plan.cols, 1), 1, plan.panel_rows);
  const auto workers = static_cast<std::size_t>(plan.workers);
  std::vector<std::unique_ptr<Backend<T>>> own(workers);
  std::vector<std::unique_ptr<PanelProducts<T>>> products(workers);
  // Made by the thread that uses them, which has touched their memory first then.
  backend.run_workers(plan.workers, [&](int worker) {
    const auto w = static_cast<std::size_t>(worker);
    if (workers > 1) own[w] = backend.make_worker();
    Backend<T>& its = workers > 1 ? *own[w] : backend;
    products[w] = std::make_unique<PanelProducts<T>>(its, rows, plan.cols, plan.rank);
  });
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> rates(workers);
    backend.run_workers(plan.workers, [&](int worker) {
      const auto w = static_cast<std::size_t>(worker);
      rates[w] = products[w]->flops();
    });
    best = std::max(best, std::accumulate(rates.begin(), rates.end(), 0.0));
  }
  return best;
}

/// Of matrices that take an eighth of what is free, at most.
template <class T>
double copy_bandwidth(Backend<T>& backend, std::uint64_t free_bytes) {
  Bench<T> bench(backend);
  constexpr Index kCols = 1 << 13;
  const auto fitting = static_cast<Index>(free_bytes / 16 / sizeof(T));
  const Index rows = std::clamp<Index>(fitting / kCols, 1, kMaxEntries / kCols);
  Matrix<T> from = backend.allocate(rows, kCols);
  Matrix<T> to = backend.allocate(rows, kCols);
  backend.set_zero(from.view());
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    best = std::max(best, bench.per_second([&] { backend.copy(from.view(), to.view()); }));
  }
  return best * 2 * sizeof(T) * static_cast<double>(from.size());
}

template <class T>
MeasuredRates measure(const Plan& plan, const Options& options) {
  const auto backend = make_backend<T>(options);
  MeasuredRates rates;
  rates.backend = plan.backend;
  rates.threads = sweep_threads(plan.rows, plan.cols, plan.rank, options.threads);
  rates.product_flops = product_flops(*backend, plan);
  rates.memory_bytes = plan.backend == BackendKind::cuda
                           ? copy_bandwidth(*backend, plan.device_free_bytes)
                           : bench::read_bandwidth(rates.threads);
  return rates;
}

}  // namespace

MeasuredRates measure_rates(const DataView& A, const Options& options) {
  if (options.backend == BackendKind::automatic) {
    throw InvalidArgument("backend = auto: rates are measured on one; use cpu or cuda");
  }
  const Plan plan = make_plan(A, options);
  return plan.precision == Precision::float64 ? measure<double>(plan, options)
                                              : measure<float>(plan, options);
}

}  // namespace nonneg
