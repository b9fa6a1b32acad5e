// SPDX-License-Identifier: Apache-2.0
// Times of sweeps on a device, of one case after the other on the same matrix, each as one line of
// JSON. A case is a rule, a rank and what differs from float32 data and arithmetic:
//
//   sweep_times --rows 500000 --cols 4096 mu:64 hals:64:tf32 hals:64:panel=8192 kl:20:sparse
//   mu:64:uint8
//
// Each is timed three times (src/bench/timed_sweeps.hpp), once the panel height is settled and the
// sweep recorded.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "bench/planted_data.hpp"
#include "bench/timed_sweeps.hpp"
#include "emulated_device.h"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/solver.hpp"

namespace nonneg::bench {

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

struct Settings {
  Index rows = 500000;
  Index cols = 4096;
  double budget = 1e9;
  int device = 0;
  bool cpu = false;
  std::string write;
  std::vector<std::string> cases;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Case {
  std::string text;
  Options options;
  std::string stored = "float32";
};

/// Throws InvalidArgument for words that say nothing.
Case parse(const std::string& text, const Settings& settings) {
  std::istringstream words(text);
  std::string rule;
  std::string rank;
  std::getline(words, rule, ':');
  std::getline(words, rank, ':');
  Case one{.text = text, .options = {}};
  Options& options = one.options;
  const auto refuse = [&](const std::string& word) {
    throw InvalidArgument(fmt::format(
        "case {}: \"{}\" is none of RULE:RANK[:float64|tf32][:uint8|float16|sparse][:panel=N], of "
        "which a RULE is mu, hals, anls, kl or is",
        text, word));
  };
  if (rule == "kl" || rule == "is") {
    options.loss = rule == "kl" ? Loss::kullback_leibler : Loss::itakura_saito;
    options.algorithm = Algorithm::mu;
  } else if (rule == "hals" || rule == "anls") {
    options.algorithm = rule == "hals" ? Algorithm::hals : Algorithm::anls;
  } else if (rule == "mu") {
    options.algorithm = Algorithm::mu;
  } else {
    refuse(rule);
  }
  options.rank = std::atoll(rank.c_str());
  if (options.rank < 1) refuse(rank);
  options.precision = Precision::float32;
  for (std::string word; std::getline(words, word, ':');) {
    if (word == "tf32" || word == "float64") {
      options.precision = word == "tf32" ? Precision::tf32 : Precision::float64;
    } else if (word == "uint8" || word == "float16" || word == "sparse") {
      one.stored = word;
    } else if (word.starts_with("panel=")) {
      options.panel_rows = std::atoll(word.c_str() + 6);
    } else {
      refuse(word);
    }
  }
  options.backend = settings.cpu ? BackendKind::cpu : BackendKind::cuda;
  options.device = settings.device;
  options.tolerance = 0;
  return one;
}

template <class T>
void time_sweeps(const DataView& A, const Options& options, bool emulated, ordered_json& line) {
  const auto start = Clock::now();
  Solver<T> solver(A, options);
  solver.step();
  solver.check();
  line["start_seconds"] = seconds_since(start);
  const SweepTiming timing =
      emulated ? SweepTiming{.warm_up = 1, .repeats = 1, .seconds = 0} : SweepTiming{.warm_up = 11};
  std::vector<double> milliseconds = time_sweeps(solver, timing);
  for (double& time : milliseconds) time *= 1e3;
  const LossRecord& last = solver.loss_history().back();
  line["relative_error"] = last.relative_error;
  line["sweeps"] = last.iteration;
  line["ms_per_sweep"] = milliseconds;
  const Result<T> result = solver.result();
  line["panel_rows"] = result.panel_rows;
  line["backend"] = result.backend;
  line["device"] = result.backend_reason;
}

class Data {
 public:
  explicit Data(const Settings& settings) : planted_(settings.rows, settings.cols) {}

  const Matrix<float>& dense() const { return planted_.dense(); }

  /// Valid until the next call.
  DataView as(const std::string& stored) {
    const Index rows = dense().rows();
    const Index cols = dense().cols();
    if (stored == "uint8") {
      if (bytes_.empty()) bytes_ = planted_.bytes();
      return {bytes_.data(), ElementType::uint8, rows, cols, cols, 1};
    }
    if (stored == "float16") {
      if (halves_.empty()) halves_ = planted_.halves();
      return {halves_.data(), ElementType::float16, rows, cols, cols, 1};
    }
    if (stored == "sparse") {
      if (!sparse_) sparse_ = planted_.sparse();
      return sparse_->view();
    }
    return dense().view();
  }

 private:
  PlantedData planted_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Half> halves_;
  std::optional<SparseMatrix> sparse_;
};

void print(const ordered_json& line) {
  fmt::print("{}\n", line.dump());
  std::fflush(stdout);
}

int measure(const Settings& settings) {
  const auto start = Clock::now();
  std::vector<Case> cases;
  for (const std::string& text : settings.cases) cases.push_back(parse(text, settings));
  Data data(settings);
  if (!settings.write.empty()) write_npy(settings.write, data.dense().view());
  print({{"case", "data"},
         {"rows", settings.rows},
         {"cols", settings.cols},
         {"start_seconds", seconds_since(start)}});
  const bool emulated = emulated::Control::present() && !settings.cpu;
  int failures = 0;
  for (const Case& one : cases) {
    ordered_json line = {{"case", one.text}, {"emulated", emulated}};
    if (seconds_since(start) > settings.budget) {
      line["left_out"] = "no time was left";
      print(line);
      continue;
    }
    try {
      if (one.options.precision == Precision::float64) {
        time_sweeps<double>(data.as(one.stored), one.options, emulated, line);
      } else {
        time_sweeps<float>(data.as(one.stored), one.options, emulated, line);
      }
    } catch (const Error& error) {
      line["error"] = error.what();
      ++failures;
    }
    print(line);
  }
  return failures > 0 ? 1 : 0;
}

}  // namespace

}  // namespace nonneg::bench

int main(int argc, char** argv) {
  nonneg::bench::Settings settings;
  CLI::App app("Times of sweeps on a device, as lines of JSON");
  app.add_option("--rows", settings.rows, "rows of A")->check(CLI::PositiveNumber);
  app.add_option("--cols", settings.cols, "columns of A")->check(CLI::Range(2, 1 << 24));
  app.add_option("--budget", settings.budget, "seconds after which no further case is begun");
  app.add_option("--device", settings.device, "which device, as `nonneg info` numbers them");
  app.add_flag("--cpu", settings.cpu, "on the CPU");
  app.add_option("--write", settings.write, "an .npy file to write A to");
  app.add_option("CASE", settings.cases, "such as hals:64 or mu:64:uint8:panel=8192");
  CLI11_PARSE(app, argc, argv);
  try {
    return nonneg::bench::measure(settings);
  } catch (const nonneg::Error& error) {
    fmt::print(stderr, "sweep_times: {}\n", error.what());
    return 2;
  }
}
