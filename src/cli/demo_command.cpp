#include "cli/demo_command.hpp"

#include <fmt/format.h>

#include <optional>

#include "cli/console.hpp"
#include "cli/demo_data.hpp"
#include "cli/swimmer_report.hpp"

namespace nonneg::cli {
namespace {

constexpr Index kLearningIterations = 50;
constexpr Index kSwimmerIterations = 200;
/// Random starts of the swimmer; the one with the least objective is kept. A single start often
/// ends in a local minimum.
constexpr int kSwimmerStarts = 8;

std::string learning_table(const std::vector<LossRecord>& history) {
  std::string out = "  iteration  squared error\n";
  const Index last = history.back().iteration;
  for (const LossRecord& record : history) {
    const Index i = record.iteration;
    if (i == 1 || i == 2 || i == 10 || i == 50 || i == last) {
      out += fmt::format("  {:>9}  {:>13.8f}\n", i, 2 * record.loss);
    }
  }
  return out;
}

/// Writes, prints what `tell` makes of the record, and gives the exit status.
template <class T, class Tell>
ExitStatus conclude(const RunRequest& request, const Result<T>& result, RunDirectory* directory,
                    const DemoArguments& arguments, const nlohmann::ordered_json& extra,
                    const Tell& tell) {
  auto record = run_record(request, result);
  record.update(extra);
  write_run(record, result, directory, arguments.reporting);
  if (arguments.reporting.json) {
    print_json(record, arguments.out);
  } else if (!arguments.reporting.quiet) {
    print(tell() + "\n" + run_summary(record, arguments.out));
  }
  return status_of(result.stop_reason);
}

ExitStatus learning(const DemoArguments& arguments, RunDirectory* directory, Interrupt& interrupt) {
  const LearningDemo demo = learning_demo();
  const DataView A = demo.A.view();
  Options options;
  options.rank = demo.W0.cols();
  options.algorithm = Algorithm::mu;
  options.init = Init::custom;
  options.precision = Precision::float64;
  options.max_iterations = arguments.max_iterations.value_or(kLearningIterations);
  options.tolerance = 0;
  options.check_every = 1;
  options.threads = arguments.threads;
  validate(options);

  // Done in a blink: the table that follows says more than a progress line.
  Progress progress(true, options.max_iterations);
  const InitialFactors<double> initial{demo.W0.view(), demo.H0.view()};
  const Result<double> result = solve<double>(A, options, &initial, progress, interrupt);
  const RunRequest request{"demo learning", describe(A), options, {}, {}};
  return conclude(request, result, directory, arguments, nlohmann::ordered_json::object(), [&] {
    return "80 points (x, cos(x)^2 + 1 + noise) as a matrix of 80 x 2, factorized at rank 2\n"
           "by multiplicative updates from a fixed start:\n\n" +
           learning_table(result.loss_history);
  });
}

Options swimmer_options(const DemoArguments& arguments) {
  Options options;
  options.rank = kSwimmerParts;
  options.max_iterations = arguments.max_iterations.value_or(kSwimmerIterations);
  options.tolerance = 0;
  options.seed = arguments.seed;
  options.threads = arguments.threads;
  // The torso is in every picture, so that without penalties the limbs may share it out for free.
  // These make one torso cheaper than its shares: l1 on H pays by the pixel, l2 on W grows slower
  // than the number of pictures.
  options.penalties.l1_h = 0.1;
  options.penalties.l2_w = 1;
  return options;
}

std::string swimmer_text(const SwimmerReport& report, MatrixView<const float> Ht, int starts) {
  std::string out = fmt::format(
      "256 pictures of a swimmer, 32 x 32 pixels: a torso, and four limbs in four\n"
      "positions each; the best of {} random starts.\n\n"
      "{} of {} parts found: {} torso, {} of 16 limb positions\n",
      starts, report.found(), kSwimmerParts, report.torso_found() ? "the" : "not the",
      report.found() - (report.torso_found() ? 1 : 0));
  if (stdout_is_terminal()) {
    const std::vector<Index> shown{report.component[0], report.component[2], report.component[6],
                                   report.component[11]};
    out += "\nThe torso, and a position of three limbs, as found:\n" +
           draw_components(Ht, shown, unicode_output());
  }
  return out;
}

ExitStatus swimmer(const DemoArguments& arguments, RunDirectory* directory, Interrupt& interrupt) {
  const SwimmerDemo demo = swimmer_demo();
  const DataView A = demo.A.view();
  Options options = swimmer_options(arguments);
  validate(options);

  std::optional<Result<float>> best;
  std::uint64_t best_seed = options.seed;
  int starts = 0;
  // Quick: in a pipe a line per start would be noise.
  Progress progress(arguments.reporting.quiet || !stderr_is_terminal(), options.max_iterations);
  while (starts < kSwimmerStarts) {
    Result<float> result = solve<float>(A, options, nullptr, progress, interrupt);
    ++starts;
    if (!best || result.loss_history.back().objective < best->loss_history.back().objective) {
      best = std::move(result);
      best_seed = options.seed;
    }
    if (interrupt.token().stop_requested()) break;
    ++options.seed;
  }
  progress.end();
  options.seed = best_seed;

  const RunRequest request{"demo swimmer", describe(A), options, {}, {}};
  const SwimmerReport report = match_parts(demo.parts.view(), best->Ht.view());
  const nlohmann::ordered_json extra = {{"starts", starts},
                                        {"parts", kSwimmerParts},
                                        {"parts_found", report.found()},
                                        {"torso_found", report.torso_found()}};
  return conclude(request, *best, directory, arguments, extra,
                  [&] { return swimmer_text(report, best->Ht.view(), starts); });
}

}  // namespace

ExitStatus demo_command(const DemoArguments& arguments, Interrupt& interrupt) {
  std::optional<RunDirectory> directory;
  if (!arguments.out.empty()) directory.emplace(arguments.out, arguments.overwrite, interrupt);
  RunDirectory* keep = directory ? &*directory : nullptr;
  return arguments.demo == Demo::learning ? learning(arguments, keep, interrupt)
                                          : swimmer(arguments, keep, interrupt);
}

}  // namespace nonneg::cli
