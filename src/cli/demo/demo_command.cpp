// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/demo/demo_data.hpp"
#include "cli/demo/demo_output.hpp"
#include "cli/demo/swimmer_parts.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/output/console.hpp"
#include "cli/output/run_summary.hpp"
#include "page/report.hpp"
#include "render/image_grid.hpp"
#include "render/point_cloud.hpp"

namespace nonneg::cli {
namespace {

enum class Demo { learning, line, swimmer };

struct DemoArguments {
  Demo demo = Demo::learning;
  DemoPlaces places;
  std::optional<std::int64_t> max_iterations;
  /// Of the swimmer's first start.
  std::uint64_t seed = 0;
  int threads = 0;
};

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

/// Writes, prints what `tell` makes of the record, and gives the exit status. `extra` is of this
/// demo alone.
template <class T, class Tell>
ExitStatus conclude(const records::RunRequest& request, const Result<T>& result,
                    const DemoEvents<T>& events, DemoOutput& output, const DemoArguments& arguments,
                    const nlohmann::ordered_json& extra, const Tell& tell) {
  auto record = records::run_record(request, result);
  record.update(extra);
  output.report([&] {
    return page::report_text(events.finished(request.command, request.options, result, record));
  });
  output.write(record, result);
  if (arguments.places.telling.json) {
    print_json(record, output.directory(), result.loss_history);
  } else if (!arguments.places.telling.quiet) {
    print(tell() + "\n" + run_summary(record, output.directory()) + output.lines());
  }
  return status_of(result.stop_reason);
}

template <class T>
Matrix<double> transposed(const Matrix<T>& Ht) {
  Matrix<double> H(Ht.cols(), Ht.rows());
  for (Index c = 0; c < H.rows(); ++c) {
    for (Index j = 0; j < H.cols(); ++j) H(c, j) = static_cast<double>(Ht(j, c));
  }
  return H;
}

/// The factors with rows of H of length 1: the weights are then distances along them.
render::FactorFrame unit_components(const Result<double>& result) {
  Matrix<double> W(result.W.rows(), result.W.cols());
  Matrix<double> H = transposed(result.Ht);
  for (Index c = 0; c < H.rows(); ++c) {
    double squares = 0;
    for (Index j = 0; j < H.cols(); ++j) squares += H(c, j) * H(c, j);
    const double length = squares > 0 ? std::sqrt(squares) : 1;
    for (Index j = 0; j < H.cols(); ++j) H(c, j) /= length;
    for (Index i = 0; i < W.rows(); ++i) W(i, c) = result.W(i, c) * length;
  }
  return {result.iterations, std::move(W), std::move(H)};
}

ExitStatus learning(const DemoArguments& arguments, Interrupt& interrupt) {
  DemoOutput output(arguments.places, "learning", "learning.gif", interrupt);
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
  Progress progress(true, *options.max_iterations);
  const InitialFactors<double> initial{demo.W0.view(), demo.H0.view()};
  std::vector<render::FactorFrame> frames;
  DemoEvents<double> events(A, options.rank);
  const Watcher<double> keep_frame = [&](const Solver<double>& solver, const LossRecord& record) {
    if (record.iteration > 0 && output.draws()) {
      frames.push_back({record.iteration, solver.W(), transposed(solver.Ht())});
    }
    if (output.reports()) events.add(solver, record);
  };
  const Result<double> result =
      solve<double>(A, options, &initial, progress, interrupt, keep_frame);
  output.picture([&] {
    return render::draw_learning({render::Format::gif, render::kLearningSize}, demo.A.view(),
                                 render::thinned(std::move(frames)), render::kLearningLimits);
  });
  const records::RunRequest request{"demo learning", records::describe(A), options, {}, {}};
  return conclude(
      request, result, events, output, arguments, nlohmann::ordered_json::object(), [&] {
        return "80 points (x, cos(x)^2 + 1 + noise) as a matrix of 80 x 2, factorized at rank 2\n"
               "by multiplicative updates from a fixed start:\n\n" +
               learning_table(result.loss_history);
      });
}

ExitStatus line(const DemoArguments& arguments, Interrupt& interrupt) {
  DemoOutput output(arguments.places, "line", "line.png", interrupt);
  const Matrix<double> points = line_demo();
  const DataView A = points.view();
  Options options;
  options.rank = 1;
  options.precision = Precision::float64;
  options.max_iterations = arguments.max_iterations.value_or(kLearningIterations);
  options.seed = arguments.seed;
  options.threads = arguments.threads;
  validate(options);

  Progress progress(true, *options.max_iterations);
  DemoEvents<double> events(A, options.rank);
  const Watcher<double> watch = [&](const Solver<double>& solver, const LossRecord& record) {
    if (output.reports()) events.add(solver, record);
  };
  const Result<double> result = solve<double>(A, options, nullptr, progress, interrupt, watch);
  const render::FactorFrame one = unit_components(result);
  Options of_two = options;
  of_two.rank = 2;
  const render::FactorFrame two =
      unit_components(solve<double>(A, of_two, nullptr, progress, interrupt));
  output.picture([&] {
    return render::draw_line({render::Format::png, render::kLineSize}, points.view(), one, two,
                             render::limits_of(points.view()));
  });
  const records::RunRequest request{"demo line", records::describe(A), options, {}, {}};
  using Json = nlohmann::ordered_json;
  const Json basis = {Json::array({two.H(0, 0), two.H(0, 1)}),
                      Json::array({two.H(1, 0), two.H(1, 1)})};
  return conclude(request, result, events, output, arguments, {{"basis_at_rank_2", basis}}, [&] {
    return fmt::format(
        "80 noisy points about the line y = 0.6 x, as a matrix of 80 x 2, factorized at rank 1:\n"
        "each point is a weight times one vector, h = ({:.3f}, {:.3f}) at length 1, of slope "
        "{:.3f}.\n"
        "At rank 2 each point is a mix of two vectors, ({:.3f}, {:.3f}) and ({:.3f}, {:.3f}).\n",
        one.H(0, 0), one.H(0, 1), one.H(0, 1) / one.H(0, 0), two.H(0, 0), two.H(0, 1), two.H(1, 0),
        two.H(1, 1));
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

std::string swimmer_text(const FoundParts& found, MatrixView<const float> Ht, int starts) {
  std::string out = fmt::format(
      "256 pictures of a swimmer, 32 x 32 pixels: a torso, and four limbs in four\n"
      "positions each; the best of {} random starts.\n\n"
      "{} of {} parts found: {} torso, {} of 16 limb positions\n",
      starts, found.count(), kSwimmerParts, found.torso() ? "the" : "not the",
      found.count() - (found.torso() ? 1 : 0));
  if (stdout_is_terminal()) {
    const std::vector<Index> shown{found.component[0], found.component[2], found.component[6],
                                   found.component[11]};
    out += "\nThe torso, and a position of three limbs, as found:\n" +
           draw_components(Ht, shown, unicode_output());
  }
  return out;
}

ExitStatus swimmer(const DemoArguments& arguments, Interrupt& interrupt) {
  DemoOutput output(arguments.places, "swimmer", "basis.png", interrupt);
  const SwimmerDemo demo = swimmer_demo();
  const DataView A = demo.A.view();
  Options options = swimmer_options(arguments);
  validate(options);

  constexpr render::ImageShape kShape{kSwimmerSide, kSwimmerSide};
  std::optional<Result<float>> best;
  const DemoEvents<float> none(A, options.rank, {kSwimmerSide, kSwimmerSide});
  DemoEvents<float> best_events = none;
  std::uint64_t best_seed = options.seed;
  int starts = 0;
  // Quick: in a pipe a line per start would be noise.
  Progress progress(arguments.places.telling.quiet || !stderr_is_terminal(),
                    *options.max_iterations);
  while (starts < kSwimmerStarts) {
    DemoEvents<float> events = none;
    const Watcher<float> watch = [&](const Solver<float>& solver, const LossRecord& record) {
      if (output.reports()) events.add(solver, record);
    };
    Result<float> result = solve<float>(A, options, nullptr, progress, interrupt, watch);
    ++starts;
    if (!best || result.loss_history.back().objective < best->loss_history.back().objective) {
      best = std::move(result);
      best_seed = options.seed;
      best_events = std::move(events);
    }
    if (interrupt.token().stop_requested()) break;
    ++options.seed;
  }
  progress.end();
  options.seed = best_seed;

  const records::RunRequest request{"demo swimmer", records::describe(A), options, {}, {}};
  const FoundParts found = match_parts(demo.parts.view(), best->Ht.view());
  const nlohmann::ordered_json extra = {{"starts", starts},
                                        {"parts", kSwimmerParts},
                                        {"parts_found", found.count()},
                                        {"torso_found", found.torso()}};
  output.picture([&] {
    std::vector<render::FactorFrame> last;
    last.push_back({best->iterations, Matrix<double>(), transposed(best->Ht)});
    return render::draw_basis({render::Format::png, render::basis_size(kShape, options.rank)}, last,
                              kShape);
  });
  return conclude(request, *best, best_events, output, arguments, extra,
                  [&] { return swimmer_text(found, best->Ht.view(), starts); });
}

ExitStatus execute(const DemoArguments& arguments, Interrupt& interrupt) {
  switch (arguments.demo) {
    case Demo::learning:
      return learning(arguments, interrupt);
    case Demo::line:
      return line(arguments, interrupt);
    case Demo::swimmer:
      break;
  }
  return swimmer(arguments, interrupt);
}

void declare(OptionTable& table, DemoArguments& arguments) {
  table.add(
      "NAME", "learning|line|swimmer",
      "learning: 80 points in the plane, 50 multiplicative updates, and an animation of them; "
      "line: 80 points about a line, at rank 1; swimmer: 256 pictures made of 17 parts",
      "learning", [&arguments](const std::string& text) {
        const auto choice = parse_choice("demo", text, choices_of("learning|line|swimmer"));
        arguments.demo = static_cast<Demo>(choice);
      });
  table.group("Result");
  table
      .text("--out", arguments.places.out, "DIR",
            "Directory for W.npy, H.npy, run.json, a picture and report.html")
      .default_text = "nonneg-demo-NAME";
  table
      .text("--picture", arguments.places.picture, "FILE",
            "Where the picture goes instead; without --out nothing else is kept")
      .default_text = "learning.gif, line.png or basis.png in DIR";
  table.flag("--no-picture", arguments.places.no_picture,
             "Draw nothing; without --out nothing is kept");
  table.flag("--overwrite", arguments.places.overwrite,
             "Replace an older run in DIR, and a FILE that nonneg did not draw");
  add_telling(table, arguments.places.telling);
  table.group("Run");
  table.integer("--max-iterations", arguments.max_iterations, "Most iterations",
                "swimmer 200, else 50");
  table.unsigned_integer("--seed", arguments.seed, "First of the swimmer's random starts");
  add_threads(table, arguments.threads);
}

}  // namespace

Command demo_command() {
  const auto arguments = std::make_shared<DemoArguments>();
  Command command{"demo", "Factorize a matrix whose answer is known"};
  declare(command.options, *arguments);
  command.examples = "  nonneg demo\n  nonneg demo line\n  nonneg demo swimmer --out swimmer";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
