// SPDX-License-Identifier: Apache-2.0
// The CPU against a CUDA device: the same matrix and the same first factors on both, in one run;
// time per sweep, time to a given error, and what part of the device's own measured rates a sweep
// reaches. Without a device it prints the CPU's side and says why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <optional>
#include <stop_token>

#include "bench/machine_peak.hpp"
#include "bench/sweep_cost.hpp"
#include "devices/make_backend.hpp"
#include "emulated_device.h"
#include "nonneg/devices.hpp"
#include "nonneg/error.hpp"
#include "nonneg/solver.hpp"
#include "rules/chosen_repeats.hpp"
#include "support/device_peak.hpp"

namespace nonneg::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  Index rows = 20000;
  Index cols = 2000;
  std::vector<Index> ranks = {8, 32, 64, 128};
  int device = 0;
  bool tf32 = false;
  /// Whether the CPU runs too.
  bool cpu = true;
  bool tiny = false;
  bool emulated = false;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// W·H of uniform factors with half of the entries 0, rank 32, and noise: has an error to reach.
Matrix<float> planted(const Settings& settings) {
  const Index rank = std::min<Index>(32, settings.cols / 2);
  Options options;
  options.backend = BackendKind::cpu;
  const auto backend = make_backend<float>(options);
  const auto sparse = [&](Index rows, std::uint32_t matrix) {
    Matrix<float> factor(rows, rank);
    backend->fill_uniform(factor.view(), {.seed = 7, .matrix = matrix}, 0, 2.0F, 0.0F);
    for (Index e = 0; e < factor.size(); ++e) {
      factor.data()[e] = std::max(0.0F, factor.data()[e] - 1);
    }
    return factor;
  };
  const Matrix<float> W = sparse(settings.rows, 2);
  const Matrix<float> Ht = sparse(settings.cols, 3);
  Matrix<float> H(rank, settings.cols);
  for (Index j = 0; j < settings.cols; ++j) {
    for (Index c = 0; c < rank; ++c) H(c, j) = Ht(j, c);
  }
  Matrix<float> A(settings.rows, settings.cols);
  Matrix<float> noise(settings.rows, settings.cols);
  backend->fill_uniform(noise.view(), {.seed = 7, .matrix = 4}, 0, 0.1F, 0.0F);
  backend->multiply(W.view(), H.view(), A.view());
  backend->add(noise.view(), A.view());
  return A;
}

Options options_for(const Settings& settings, BackendKind backend, Algorithm algorithm,
                    Index rank) {
  Options options;
  options.rank = rank;
  options.algorithm = algorithm;
  options.backend = backend;
  options.device = settings.device;
  options.tolerance = 0;
  const bool tf32 = settings.tf32 && backend == BackendKind::cuda;
  options.precision = tf32 ? Precision::tf32 : Precision::float32;
  return options;
}

/// Seconds per sweep. Sweeps first until panel heights are chosen and graphs recorded; a check ends
/// what is timed, as sweeps on a device return before they are done.
double time_sweeps(const DataView& A, const Options& options, bool tiny) {
  Solver<float> solver(A, options);
  const int warm_up = tiny ? 2 : 12;
  for (int s = 0; s < warm_up; ++s) solver.step();
  solver.check();
  // Enough sweeps that the check, which is timed with them, does not count.
  constexpr double kEnough = 0.5;
  for (int sweeps = tiny ? 2 : 5;; sweeps *= 4) {
    const auto start = Clock::now();
    for (int s = 0; s < sweeps; ++s) solver.step();
    solver.check();
    const double seconds = seconds_since(start);
    if (tiny || seconds >= kEnough) return seconds / sweeps;
  }
}

struct TimeToError {
  double seconds = 0;
  Index sweeps = 0;
};

/// Until the error is reached, checked every fifth sweep; nothing where it is not.
std::optional<TimeToError> time_to_error(const DataView& A, Options options, double error,
                                         Index most_sweeps) {
  options.max_iterations = most_sweeps;
  options.check_every = 5;
  std::stop_source stop;
  std::optional<TimeToError> reached;
  Solver<float> solver(A, options);
  solver.run(stop.get_token(), [&](const LossRecord& record) {
    if (reached || record.relative_error > error) return;
    reached = {record.seconds, record.iteration};
    stop.request_stop();
  });
  return reached;
}

/// A duration, or what stands for it where times mean nothing.
std::string milliseconds(const Settings& settings, double seconds) {
  return settings.emulated ? "-" : fmt::format("{:.3f}", 1e3 * seconds);
}
std::string ratio(const Settings& settings, double value) {
  return settings.emulated ? "-" : fmt::format("{:.2f}", value);
}

class Comparison {
 public:
  Comparison(const Settings& settings, const DataView& A, const std::optional<DevicePeak>& device)
      : settings_(settings), A_(A), device_(device) {
    if (!settings.emulated && settings.cpu) host_ = measure_machine_peak();
  }

  void print_peaks() const {
    if (settings_.emulated) return;
    if (settings_.cpu) {
      fmt::print("cpu: {} threads; measured: reads {:.1f} GB/s, float32 {:.3g} TFLOP/s\n",
                 host_.threads, host_.read_bandwidth * 1e-9, host_.float32_flops * 1e-12);
    }
    if (!device_) return;
    fmt::print("gpu: measured: copies {:.0f} GB/s (read and written), {} products {:.3g} TFLOP/s\n",
               device_->copy_bandwidth * 1e-9, settings_.tf32 ? "tf32" : "float32",
               device_->product_flops * 1e-12);
  }

  void print_sweeps() const {
    fmt::print(
        "\nTime per sweep, ms. of limit: A, W and H moved once at the measured bandwidth, or\n"
        "the sweep's flops at the measured peak, whichever is longer, over the time.\n"
        "bandwidth: those bytes over the time, as a part of the measured bandwidth.\n"
        "peak: those flops over the time, as a part of the measured peak. HALS: flops of\n"
        "all passes that a row may take.\n\n"
        "                  cpu     of         gpu     of\n"
        "           k       ms  limit          ms  limit  bandwidth  peak  speed-up\n");
    for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
      for (const Index rank : settings_.ranks) print_sweep(algorithm, rank);
    }
  }

  void print_time_to_error() const {
    const Index most = settings_.tiny ? 20 : 200;
    fmt::print(
        "\nSeconds to the error that HALS on the {} has after {} sweeps, checked every 5\n\n"
        "           k      error     cpu s  sweeps     gpu s  sweeps  speed-up\n",
        settings_.cpu ? "CPU" : "GPU", most / 2);
    for (const Index rank : settings_.ranks) {
      const BackendKind first = settings_.cpu ? BackendKind::cpu : BackendKind::cuda;
      Options options = options_for(settings_, first, Algorithm::hals, rank);
      options.max_iterations = most / 2;
      const double error = factorize<float>(A_, options).relative_error * (1 + 1e-4);
      std::optional<TimeToError> cpu;
      if (settings_.cpu) cpu = time_to_error(A_, options, error, most);
      std::optional<TimeToError> gpu;
      if (device_) {
        gpu = time_to_error(A_, options_for(settings_, BackendKind::cuda, Algorithm::hals, rank),
                            error, most);
      }
      const auto seconds = [&](const std::optional<TimeToError>& time) -> std::string {
        if (!time) return "none";
        return settings_.emulated ? "-" : fmt::format("{:.3f}", time->seconds);
      };
      const auto sweeps = [](const std::optional<TimeToError>& time) -> std::string {
        return time ? fmt::format("{}", time->sweeps) : "";
      };
      fmt::print("{:<6} {:>5} {:>10.6f} {:>9} {:>7} {:>9} {:>7} {:>9}\n", "hals", rank, error,
                 settings_.cpu ? seconds(cpu) : "", sweeps(cpu), seconds(gpu), sweeps(gpu),
                 cpu && gpu ? ratio(settings_, cpu->seconds / gpu->seconds) : "");
    }
  }

 private:
  void print_sweep(Algorithm algorithm, Index rank) const {
    const Index m = A_.rows();
    const Index n = A_.cols();
    const Cost cost = sweep_cost(m, n, rank, sizeof(float), chosen_repeats(algorithm, n, rank),
                                 chosen_repeats(algorithm, m, rank));
    double cpu = 0;
    if (settings_.cpu) {
      cpu = time_sweeps(A_, options_for(settings_, BackendKind::cpu, algorithm, rank),
                        settings_.tiny);
    }
    fmt::print("{:<6} {:>5} {:>8} {:>6}", to_string(algorithm), rank,
               settings_.cpu ? milliseconds(settings_, cpu) : "",
               settings_.cpu ? ratio(settings_, host_.limit_seconds(cost) / cpu) : "");
    if (!device_) {
      fmt::print("{:>12}\n", "none");
      return;
    }
    const double gpu =
        time_sweeps(A_, options_for(settings_, BackendKind::cuda, algorithm, rank), settings_.tiny);
    const double bandwidth = cost.bytes / gpu / device_->copy_bandwidth;
    const double peak = cost.flops / gpu / device_->product_flops;
    fmt::print("{:>12} {:>6} {:>10} {:>5} {:>9}\n", milliseconds(settings_, gpu),
               ratio(settings_, std::max(bandwidth, peak)), ratio(settings_, bandwidth),
               ratio(settings_, peak), settings_.cpu ? ratio(settings_, cpu / gpu) : "");
  }

  Settings settings_;
  DataView A_;
  std::optional<DevicePeak> device_;
  MachinePeak host_{};
};

void compare(Settings settings) {
  if (settings.tiny) {
    settings.rows = 300;
    settings.cols = 60;
    settings.ranks = {5, 16};
  }
  settings.emulated = emulated::Control::present();
  fmt::print("nonneg, the CPU against a GPU: {} x {} float32, planted, with noise{}\n",
             settings.rows, settings.cols,
             settings.tf32 ? "; on the GPU, products of A in tf32" : "");
  const DeviceList list = devices();
  std::optional<DevicePeak> peak;
  if (settings.emulated && !list.devices.empty()) {
    fmt::print("emulated device: times mean nothing, and none is printed\n");
  }
  if (list.devices.empty()) {
    if (!settings.cpu) throw NotAvailable("--no-cpu leaves nothing to run: " + list.reason);
    fmt::print("no GPU: {}; the CPU alone\n", list.reason);
  } else {
    fmt::print("gpu: {}\n",
               choose_backend(options_for(settings, BackendKind::cuda, Algorithm::mu, 1)).reason);
    peak = measure_device_peak(settings.device, settings.tf32, settings.tiny);
  }
  const Matrix<float> A = planted(settings);
  const Comparison comparison(settings, DataView(A.view()), peak);
  comparison.print_peaks();
  comparison.print_sweeps();
  comparison.print_time_to_error();
}

}  // namespace

}  // namespace nonneg::bench

int main(int argc, char** argv) {
  nonneg::bench::Settings settings;
  CLI::App app("The CPU against a CUDA device, on the same matrix");
  app.add_option("--rows", settings.rows, "rows of A")->check(CLI::PositiveNumber);
  app.add_option("--cols", settings.cols, "columns of A")->check(CLI::Range(2, 1 << 24));
  app.add_option("--ranks", settings.ranks, "ranks to try, such as 8,32")->delimiter(',');
  app.add_option("--device", settings.device, "which device, as `nonneg info` numbers them");
  app.add_flag("--tf32", settings.tf32, "products of A in tf32 on the GPU");
  app.add_flag("!--no-cpu", settings.cpu,
               "the GPU alone: the CPU's half of a large matrix takes long");
  app.add_flag("--tiny", settings.tiny, "300 x 60 and few sweeps: to see that it runs");
  CLI11_PARSE(app, argc, argv);
  try {
    nonneg::bench::compare(settings);
  } catch (const nonneg::Error& error) {
    fmt::print(stderr, "backend_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
