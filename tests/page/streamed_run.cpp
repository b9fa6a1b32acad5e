// SPDX-License-Identifier: Apache-2.0
// A run for the page's tests, whose every sweep becomes a snapshot for a directory, a live page, or
// both; and then a report. The solver is driven step by step, so that no snapshot is skipped, or
// with --stream streams them itself.
//
//   streamed_run CASE ITERATIONS DELAY_MS [--snapshots DIR] [--report FILE] [--live [--port P]]
//                [--linger S] [--stream]
//
// CASE: plane (80 points), images (12 x 16 pixels), names (rows and columns with names), large.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <nonneg/nonneg.hpp>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "live/live_server.hpp"
#include "page/directory_events.hpp"
#include "page/report.hpp"

namespace {

using nonneg::Index;
using nonneg::Matrix;
using Json = nlohmann::ordered_json;

/// W*H of planted factors, and a little noise.
Matrix<double> planted(Index rows, Index cols, Index rank, unsigned seed) {
  std::mt19937 random(seed);
  std::gamma_distribution<double> gamma(0.4, 1.0);
  Matrix<double> A(rows, cols);
  std::vector<double> W(static_cast<std::size_t>(rows * rank));
  std::vector<double> H(static_cast<std::size_t>(rank * cols));
  for (double& w : W) w = gamma(random);
  for (double& h : H) h = gamma(random);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      double sum = 0.02 * gamma(random);
      for (Index c = 0; c < rank; ++c) {
        sum +=
            W[static_cast<std::size_t>(i * rank + c)] * H[static_cast<std::size_t>(c * cols + j)];
      }
      A(i, j) = sum;
    }
  }
  return A;
}

/// Pictures of 12 x 16 pixels: three of eight round spots in each.
Matrix<double> spots(Index rows) {
  constexpr Index kHigh = 12;
  constexpr Index kWide = 16;
  std::mt19937 random(5);
  Matrix<double> A(rows, kHigh * kWide);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < A.cols(); ++j) A(i, j) = 0;
    for (int k = 0; k < 3; ++k) {
      const auto spot = static_cast<Index>(random() % 8);
      const Index y0 = 3 + 6 * (spot / 4);
      const Index x0 = 2 + 4 * (spot % 4);
      for (Index j = 0; j < A.cols(); ++j) {
        const Index row = j / kWide;
        const auto y = static_cast<double>(row - y0);
        const auto x = static_cast<double>(j % kWide - x0);
        A(i, j) += std::exp(-(x * x + y * y) / 3);
      }
    }
  }
  return A;
}

struct Case {
  Matrix<double> A;
  nonneg::SnapshotRun run;
};

Case make_case(const std::string& name) {
  Case made;
  nonneg::SnapshotRun& run = made.run;
  run.rank = 6;
  run.data_source = "/data/" + name + ".npy";
  if (name == "plane") {
    made.A = planted(80, 2, 2, 3);
    run.rank = 2;
  } else if (name == "images") {
    made.A = spots(120);
    run.rank = 8;
    run.image_rows = 12;
    run.image_cols = 16;
  } else if (name == "names") {
    made.A = planted(60, 40, 6, 7);
    for (Index i = 0; i < 60; ++i) run.row_names.push_back("sample <" + std::to_string(i) + ">");
    for (Index j = 0; j < 40; ++j)
      run.column_names.push_back("gène </script> " + std::to_string(j));
  } else {
    made.A = planted(2000, 900, 40, 1);
    run.rank = 40;
  }
  run.rows = made.A.rows();
  run.cols = made.A.cols();
  run.algorithm = "mu";
  run.loss = "frobenius";
  run.precision = "float64";
  run.backend = "cpu";
  return made;
}

/// Both places where snapshots and checks may go; either may be null.
class Places final : public nonneg::SnapshotSink<double> {
 public:
  Places(nonneg::SnapshotDirectory* directory, nonneg::live::LiveServer* live)
      : directory_(directory), live_(live) {}

  void accept(const nonneg::Snapshot<double>& snapshot) override {
    if (directory_ != nullptr) directory_->accept(snapshot);
    if (live_ != nullptr) live_->accept(snapshot);
  }
  void on_check(const nonneg::LossRecord& record) {
    if (directory_ != nullptr) directory_->add_check(record);
    if (live_ != nullptr) live_->on_check(record);
  }
  void wait_while_paused(const std::stop_token& stop) {
    if (live_ != nullptr) live_->wait_while_paused(stop);
  }

 private:
  nonneg::SnapshotDirectory* directory_;
  nonneg::live::LiveServer* live_;
};

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 4; i < argc; ++i) {
    const std::string name = argv[i];
    const bool flag = name == "--live" || name == "--stream";
    given[name] = !flag && i + 1 < argc ? argv[++i] : "";
  }
  try {
    Case task = make_case(argv[1]);
    const nonneg::DataView A(task.A.view());
    nonneg::Options options;
    options.rank = task.run.rank;
    options.algorithm = nonneg::Algorithm::mu;
    options.max_iterations = std::stol(argv[2]);
    options.check_every = 1;
    options.tolerance = 0;
    const std::chrono::milliseconds delay(std::stol(argv[3]));
    task.run.max_iterations = *options.max_iterations;
    task.run.tolerance = options.tolerance;

    std::stop_source stop;
    std::unique_ptr<nonneg::SnapshotDirectory> directory;
    const std::string snapshots = given["--snapshots"];
    if (!snapshots.empty()) {
      task.run.output = std::filesystem::path(snapshots).parent_path();
      directory = nonneg::SnapshotDirectory::create(snapshots, task.run, &A);
    }
    std::unique_ptr<nonneg::live::LiveServer> live;
    if (given.count("--live") != 0) {
      nonneg::live::ListenAddress address;
      if (given.count("--port") != 0) address.port = std::stoi(given["--port"]);
      live = std::make_unique<nonneg::live::LiveServer>(address, [&stop] { stop.request_stop(); });
      live->begin(task.run, &A);
      std::printf("%s\n", live->address().c_str());
      std::fflush(stdout);
    }

    nonneg::Solver<double> solver(A, options);
    nonneg::LossRecord record;
    Places places(directory.get(), live.get());
    const auto told = [&](const nonneg::LossRecord& check) {
      record = check;
      places.on_check(check);
      places.wait_while_paused(stop.get_token());
      std::this_thread::sleep_for(delay);
    };
    if (given.count("--stream") != 0) {
      solver.stream_to(places, {{nonneg::SnapshotSchedule::Kind::every}});
      solver.run(stop.get_token(), told);
    }
    while (!stop.stop_requested() && solver.iteration() < options.max_iterations) {
      solver.step();
      const nonneg::LossRecord check = solver.check();
      const Matrix<double> W = solver.W();
      const Matrix<double> Ht = solver.Ht();
      places.accept({check.iteration, check.seconds, check.loss, check.objective,
                     check.relative_error, W.view(), Ht.view(), check.iteration / 10});
      told(check);
    }
    const nonneg::SnapshotEnd end{stop.stop_requested() ? "cancelled" : "iteration_limit", "",
                                  record.iteration, record.seconds, record.iteration / 10};
    if (directory) directory->end(end);
    const Json run_json = {{"nonneg_version", "0.1.0"},
                           {"command", "factorize"},
                           {"options", {{"rank", options.rank}, {"algorithm", "mu"}}},
                           {"relative_error", record.relative_error},
                           {"timings", {{"total_seconds", record.seconds}}}};
    if (live) {
      live->finish(end, run_json, nonneg::page::files_of(task.run.output, snapshots));
      std::optional<double> linger;
      if (given.count("--linger") != 0) linger = std::stod(given["--linger"]);
      live->linger(linger, {});
    }
    if (given.count("--report") != 0) {
      const nonneg::SnapshotDirectoryReader reader(snapshots);
      nonneg::page::write_report(reader, run_json, given["--report"]);
    }
    std::printf("%s after %ld iterations\n", end.stop_reason.c_str(),
                static_cast<long>(end.iterations));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "streamed_run: %s\n", e.what());
    return 2;
  }
}
