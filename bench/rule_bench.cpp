// SPDX-License-Identifier: Apache-2.0
// Iterations that each Frobenius rule takes to the errors that plain HALS (one pass, no
// extrapolation) has on its way, from the same starts, and what an iteration of each costs. 0: not
// within the sweeps.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "devices/make_backend.hpp"
#include "nonneg/solver.hpp"

namespace {

using nonneg::Algorithm;
using nonneg::Index;
using nonneg::Matrix;
using nonneg::Options;

struct Settings {
  Index rows = 20000;
  Index cols = 2000;
  Index rank = 32;
  Index sweeps = 120;
  int starts = 3;
};

struct Rule {
  std::string name;
  Algorithm algorithm = Algorithm::hals;
  Index inner_repeats = 0;
  bool extrapolation = false;
};

/// The relative error after each sweep.
struct Run {
  std::vector<double> errors;
  double seconds_per_iteration = 0;

  /// The first sweep after which the error is at most `target`; 0 where there is none.
  Index reaches(double target) const {
    const auto found = std::find_if(errors.begin(), errors.end(),
                                    [target](double error) { return error <= target; });
    return found == errors.end() ? 0 : found - errors.begin() + 1;
  }
};

/// W·H of uniform factors of which half the entries are 0, plus 0.1 × uniform noise.
Matrix<float> planted(const Settings& settings) {
  Options options;
  options.backend = nonneg::BackendKind::cpu;
  const auto backend = nonneg::make_backend<float>(options);
  Matrix<float> W(settings.rows, settings.rank);
  Matrix<float> H(settings.rank, settings.cols);
  Matrix<float> noise(settings.rows, settings.cols);
  Matrix<float> A(settings.rows, settings.cols);
  const auto half_of = [&](Matrix<float>& X, std::uint32_t matrix) {
    backend->fill_uniform(X.view(), {.seed = 7, .matrix = matrix}, 0, 2, 0);
    for (Index e = 0; e < X.size(); ++e) X.data()[e] = std::max(X.data()[e] - 1, 0.0F);
  };
  half_of(W, 2);
  half_of(H, 3);
  backend->fill_uniform(noise.view(), {.seed = 7, .matrix = 4}, 0, 0.1F, 0);
  backend->multiply(W.view(), H.view(), A.view());
  backend->add(noise.view(), A.view());
  return A;
}

/// The looks at the error are not timed.
Run run(const Matrix<float>& A, const Rule& rule, const Settings& settings, std::uint64_t seed) {
  Options options;
  options.rank = settings.rank;
  options.backend = nonneg::BackendKind::cpu;
  options.algorithm = rule.algorithm;
  options.inner_repeats = rule.inner_repeats;
  options.extrapolation = rule.extrapolation;
  options.seed = seed;
  nonneg::Solver<float> solver(A.view(), options);
  Run run;
  for (Index sweep = 0; sweep < settings.sweeps; ++sweep) {
    solver.step();
    run.errors.push_back(solver.check().relative_error);
  }
  run.seconds_per_iteration =
      solver.result().timings.sweep_seconds / static_cast<double>(settings.sweeps);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  bool tiny = false;
  CLI::App app("Each Frobenius rule, to the error of plain HALS");
  app.add_flag("--tiny", tiny, "A small matrix: shows that it runs, measures nothing");
  app.add_option("--sweeps", settings.sweeps, "Sweeps of each")->check(CLI::PositiveNumber);
  app.add_option("--starts", settings.starts, "Starts")->check(CLI::PositiveNumber);
  app.add_option("--rows", settings.rows)->check(CLI::PositiveNumber);
  app.add_option("--cols", settings.cols)->check(CLI::PositiveNumber);
  app.add_option("--rank", settings.rank)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (tiny) settings = {.rows = 200, .cols = 100, .rank = 4, .sweeps = 20, .starts = 1};

  const std::vector<Rule> rules{{"hals, 1 pass", Algorithm::hals, 1, false},
                                {"anls", Algorithm::anls, 0, false},
                                {"hals, inner repeats", Algorithm::hals, 0, false},
                                {"hals, as by default", Algorithm::hals, 0, true}};
  const Matrix<float> A = planted(settings);
  std::fputs(fmt::format("planted {} x {} float32, k = {}, CPU: iterations to the error of the "
                         "first rule\n",
                         settings.rows, settings.cols, settings.rank)
                 .c_str(),
             stdout);
  for (int start = 1; start <= settings.starts; ++start) {
    std::vector<Run> runs;
    runs.reserve(rules.size());
    for (const Rule& rule : rules) {
      runs.push_back(run(A, rule, settings, static_cast<std::uint64_t>(start)));
    }
    std::fputs(fmt::format("\nstart {}\n{:<12}", start, "error").c_str(), stdout);
    for (const Rule& rule : rules) std::fputs(fmt::format("{:>22}", rule.name).c_str(), stdout);
    for (Index tenth = 1; tenth <= 10; ++tenth) {
      const Index sweep = std::max<Index>(settings.sweeps * tenth / 10, 1);
      const double target = runs.front().errors[static_cast<std::size_t>(sweep - 1)];
      std::fputs(fmt::format("\n{:<12.6f}", target).c_str(), stdout);
      for (const Run& one : runs)
        std::fputs(fmt::format("{:>22}", one.reaches(target)).c_str(), stdout);
    }
    std::fputs(fmt::format("\n{:<12}", "ms each").c_str(), stdout);
    for (const Run& one : runs) {
      std::fputs(fmt::format("{:>22.1f}", 1e3 * one.seconds_per_iteration).c_str(), stdout);
    }
    std::fputs("\n", stdout);
    std::fflush(stdout);
  }
  return 0;
}
