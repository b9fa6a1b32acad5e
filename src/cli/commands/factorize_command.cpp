// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json_values.hpp"
#include "base/some_of.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/component_results.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/commands/render_command.hpp"
#include "cli/commands/restarts.hpp"
#include "cli/commands/run_watch.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/layer_advice.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "cli/output/run_summary.hpp"
#include "data/dense_copy.hpp"
#include "io/name_match.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/precision.hpp"

namespace nonneg::cli {
namespace {

struct FactorizeArguments {
  std::string input;
  /// Which matrix of the file, and the names of its rows and columns.
  OpenOptions open;
  /// Its precision is never automatic once A has been looked at, and why is in words beside it.
  Options options;
  std::string precision_reason;
  /// Whether --init was given, and not left to follow from --init-w and --init-h.
  bool init_given = false;
  bool rank_given = false;
  std::string init_w;
  std::string init_h;
  std::string out;
  bool overwrite = false;
  Telling telling;
  ComponentArguments components;
  WatchArguments watch;
  DataArguments data;
  RestartArguments restarts;
};

/// A file makes a custom start, and a custom start takes one file or two.
void resolve_init(FactorizeArguments& arguments) {
  const bool any = !arguments.init_w.empty() || !arguments.init_h.empty();
  if (any && !arguments.init_given) arguments.options.init = Init::custom;
  if (any && arguments.options.init != Init::custom) {
    throw InvalidArgument(fmt::format(
        "--init {} takes no --init-w or --init-h; use --init custom, or leave the files "
        "out",
        to_string(arguments.options.init)));
  }
  if (arguments.options.init == Init::custom && !any) {
    throw InvalidArgument(
        "--init custom needs --init-w FILE (m x k), --init-h FILE (k x n) or both; neither is "
        "there");
  }
}

/// The error's message, with the file of the matrix that it is about in front.
std::string naming_file(const InvalidArgument& error, const FactorizeArguments& arguments) {
  if (error.subject() == Subject::W0) return arguments.init_w + ": " + error.what();
  if (error.subject() == Subject::H0) return arguments.init_h + ": " + error.what();
  return naming_file(error, arguments.input, arguments.data);
}

/// What of the run is known before it begins.
SnapshotRun run_of(const FactorizeArguments& arguments, const MatrixFile& file, const DataView& A) {
  SnapshotRun run = snapshot_run(A, arguments.options);
  run.data_source = std::filesystem::absolute(file.path()).lexically_normal().string();
  run.opened = opened_as(arguments.options, arguments.open);
  if (file.dataset().starts_with('/')) {
    run.data_source += ":" + file.dataset();
    run.opened.dataset.clear();
  }
  run.row_names = file.row_names();
  run.column_names = file.column_names();
  return run;
}

/// A run that is over. `failure` is what a snapshot that could not be kept threw: it ended the run,
/// whose factors are good.
template <class T>
struct Ended {
  Result<T> result;
  std::exception_ptr failure;
};

template <class T>
Ended<T> solve_file(const MatrixFile& file, const DataView& A, const FactorizeArguments& arguments,
                    const InitialFactors<T>* initial, Progress& progress, RunWatch& watch,
                    Interrupt& interrupt) {
  try {
    Solver<T> solver = initial == nullptr ? Solver<T>(A, arguments.options)
                                          : Solver<T>(A, arguments.options, *initial);
    const SnapshotRun begun = run_of(arguments, file, A);
    progress.set_limit(begun.max_iterations);
    watch.begin(solver, A, begun);
    interrupt.begin_graceful();
    std::exception_ptr failure;
    try {
      solver.run(
          watch.token(),
          [&](const LossRecord& record) {
            progress.on_check(record);
            watch.on_check(record);
          },
          [&watch] { watch.before_sweep(); });
    } catch (...) {
      if (!watch.snapshots_failed()) throw;
      failure = std::current_exception();
    }
    return {solver.result(), failure};
  } catch (const std::exception& e) {
    watch.end({"failed", e.what(), 0, 0, 0}, nullptr);
    const auto* invalid = dynamic_cast<const InvalidArgument*>(&e);
    if (invalid == nullptr) throw;
    throw InvalidArgument(invalid->subject(),
                          with_layer_advice(naming_file(*invalid, arguments), file));
  }
}

void check_shape(const std::string& option, const MatrixFile& file, Index rows, Index cols) {
  const DataView& view = file.view();
  if (view.rows() == rows && view.cols() == cols) return;
  throw InvalidArgument(fmt::format("{} {}: is {} x {}, must be {} x {}", option, file.path(),
                                    view.rows(), view.cols(), rows, cols));
}

/// Nobody, and no later transform, can tell such rows or columns by their names.
void warn_of_repeated(const char* line, const std::vector<std::string>& names,
                      std::vector<std::string>& warnings) {
  const std::vector<std::string> repeated = io::repeated_names(names);
  if (repeated.empty()) return;
  warnings.push_back(fmt::format("{} {} name{} there more than once: {}", repeated.size(), line,
                                 repeated.size() == 1 ? " is" : "s are", some_of(repeated)));
}

/// Draws what the snapshots show; a picture that cannot be drawn is a warning.
Rendered draw_snapshots(const FactorizeArguments& arguments, const RunWatch& watch,
                        Interrupt& interrupt) {
  if (watch.snapshots().empty() || arguments.watch.no_pictures) return {};
  RenderArguments render;
  render.snapshots = watch.snapshots();
  render.image_shape = arguments.watch.image_shape;
  render.telling = arguments.telling;
  try {
    return render_snapshots(render, interrupt);
  } catch (const std::exception& e) {
    if (!arguments.telling.quiet) {
      say(fmt::format("nonneg: warning: not all pictures were drawn: {}\n", e.what()));
    }
    return {};
  }
}

/// Where the snapshots are, and what was made of them, by the names that the user gave.
std::string snapshot_lines(const std::filesystem::path& directory, const Rendered& rendered) {
  if (directory.empty()) return {};
  std::string out = fmt::format("snapshots       {}\n", directory.string());
  std::string pictures;
  for (const std::string& picture : rendered.pictures) {
    const std::filesystem::path name = std::filesystem::path(picture).filename();
    pictures += pictures.empty() ? (directory / name).string() : ", " + name.string();
  }
  if (!pictures.empty()) out += fmt::format("pictures        {}\n", pictures);
  if (!rendered.report.empty()) {
    out += fmt::format("report          {}\n", (directory / "report.html").string());
  }
  return out;
}

records::RunRequest request_of(const FactorizeArguments& arguments, const MatrixFile& file) {
  return {.command = "factorize",
          .input = records::describe(file, arguments.open),
          .options = arguments.options,
          .init_w = arguments.init_w,
          .init_h = arguments.init_h,
          .weights = arguments.data.weights,
          .mask = arguments.data.mask,
          .precision_reason = arguments.precision_reason};
}

/// Many runs, none of which is watched.
ExitStatus restart(const FactorizeArguments& arguments, const MatrixFile& file, const DataView& A,
                   ensemble::RestartDirectory& directory, Progress& progress,
                   Interrupt& interrupt) {
  const records::RunRequest run = request_of(arguments, file);
  RestartRequest request{arguments.restarts, arguments.components, run, A, arguments.telling, {}};
  warn_of_repeated("row", file.row_names(), request.warnings);
  warn_of_repeated("column", file.column_names(), request.warnings);
  try {
    return arguments.options.precision == Precision::float64
               ? run_restarts<double>(request, directory, progress, interrupt)
               : run_restarts<float>(request, directory, progress, interrupt);
  } catch (const InvalidArgument& e) {
    // What is there already has a name of its own.
    if (e.subject() == Subject::output || e.subject() == Subject::file) throw;
    throw InvalidArgument(e.subject(), with_layer_advice(naming_file(e, arguments), file));
  }
}

template <class T>
ExitStatus run(const FactorizeArguments& arguments, const MatrixFile& file, const DataView& A,
               records::RunDirectory& directory, Progress& progress, RunWatch& watch,
               Interrupt& interrupt) {
  const Options& options = arguments.options;
  Matrix<T> W0;
  Matrix<T> H0;
  std::optional<InitialFactors<T>> initial;
  if (options.init == Init::custom) {
    initial.emplace();
    if (!arguments.init_w.empty()) {
      const MatrixFile w_file = MatrixFile::open(arguments.init_w);
      check_shape("--init-w", w_file, A.rows(), options.rank);
      require_names_in_place({"--init-w " + w_file.path(), w_file.row_names()},
                             {file.path(), file.row_names()}, "row");
      W0 = dense_copy<T>(w_file.view());
      initial->W = W0.view();
    }
    if (!arguments.init_h.empty()) {
      const MatrixFile h_file = MatrixFile::open(arguments.init_h);
      check_shape("--init-h", h_file, options.rank, A.cols());
      require_names_in_place({"--init-h " + h_file.path(), h_file.column_names()},
                             {file.path(), file.column_names()}, "column");
      H0 = dense_copy<T>(h_file.view());
      initial->H = H0.view();
    }
  }
  auto [result, failure] =
      solve_file<T>(file, A, arguments, initial ? &*initial : nullptr, progress, watch, interrupt);
  progress.end();
  arrange(result, arguments.components);
  warn_of_repeated("row", file.row_names(), result.warnings);
  warn_of_repeated("column", file.column_names(), result.warnings);

  const records::RunRequest request = request_of(arguments, file);
  auto record = records::run_record(request, result);
  if (!watch.snapshots().empty()) {
    record["snapshots"] = watch.snapshots();
    record["snapshots_skipped"] = result.snapshots_skipped;
  }
  std::vector<records::TextFile> further = name_files(request.input);
  for (auto& table : component_tables(result, arguments.components, request.input)) {
    further.push_back(std::move(table));
  }
  write_run(record, result, &directory, arguments.telling, further);
  const double seconds = result.loss_history.empty() ? 0 : result.loss_history.back().seconds;
  watch.end({failure ? "failed" : std::string(to_string(result.stop_reason)),
             {},
             result.iterations,
             seconds,
             result.snapshots_skipped},
            record);
  if (failure) {
    if (!arguments.telling.quiet) {
      say(
          fmt::format("nonneg: a snapshot could not be kept, which ended the run; the factors "
                      "reached after {} iterations are in {}\n",
                      result.iterations, arguments.out));
    }
    std::rethrow_exception(failure);
  }
  const Rendered rendered = draw_snapshots(arguments, watch, interrupt);
  if (arguments.telling.json) {
    if (!watch.snapshots().empty()) {
      record["pictures"] = rendered.pictures;
      record["report"] = text_json(rendered.report);
    }
    print_json(record, arguments.out, result.loss_history);
  } else if (!arguments.telling.quiet) {
    print(run_summary(record, arguments.out) + table_line(arguments.components, arguments.out) +
          snapshot_lines(arguments.watch.snapshots, rendered));
  }
  watch.linger();
  return status_of(result.stop_reason);
}

ExitStatus execute(FactorizeArguments arguments, Interrupt& interrupt) {
  require_value("factorize", "INPUT", arguments.input);
  require_value("factorize", "--out", arguments.out);
  if (!arguments.rank_given) missing("factorize", "--rank");
  resolve_init(arguments);
  require_components(arguments.components, arguments.restarts.worker);
  validate(arguments.options);
  require_restarts(arguments.restarts, arguments.options.seed, arguments.overwrite, arguments.watch,
                   arguments.options.init);
  io::require_unread(io::resolve_output(arguments.out, output_names("--out")),
                     {arguments.input, arguments.init_w, arguments.init_h, arguments.data.mask,
                      arguments.data.weights});
  std::optional<ensemble::RestartDirectory> runs;
  std::optional<records::RunDirectory> directory;
  if (arguments.restarts.many()) {
    runs.emplace(arguments.out, access_of(arguments.restarts, arguments.overwrite), interrupt,
                 output_names("--out"));
  } else {
    directory.emplace(arguments.out, arguments.overwrite, interrupt, output_names("--out"));
  }
  RunWatch watch(arguments.watch, arguments.out, arguments.overwrite, interrupt);
  // On standard error, where the progress goes: with --json, standard output is one object.
  if (!watch.address().empty()) say(fmt::format("nonneg: live at {}\n", watch.address()));

  Progress progress(arguments.telling.quiet);
  progress.show("reading " + arguments.input);
  const MatrixFile file = open_input(arguments.input, arguments.options, arguments.open);
  progress.clear();
  say_warnings(file.warnings(), arguments.telling);
  const WeightedFile data(file, arguments.data, arguments.open);
  const DataView& A = data.view();
  const PrecisionChoice precision = choose_precision(A, arguments.options);
  arguments.options.precision = precision.precision;
  arguments.precision_reason = precision.reason;
  if (runs) return restart(arguments, file, A, *runs, progress, interrupt);
  const bool wide = precision.precision == Precision::float64;
  return wide ? run<double>(arguments, file, A, *directory, progress, watch, interrupt)
              : run<float>(arguments, file, A, *directory, progress, watch, interrupt);
}

void declare(OptionTable& table, FactorizeArguments& arguments) {
  Options& options = arguments.options;
  table.text("INPUT", arguments.input, "FILE", kInputHelp);
  add_reading(table, arguments.open);
  table.group("Result");
  add_rank(table, options.rank, arguments.rank_given);
  add_out_directory(table, arguments.out, true);
  table.flag("--overwrite", arguments.overwrite, "Replace an older run in DIR");
  add_telling(table, arguments.telling);

  add_components(table, arguments.components);

  table.group("Algorithm");
  add_algorithm(table, options);
  add_loss(table, options);
  add_missing(table, options);
  add_weights(table, arguments.data);
  table.integer("--inner-repeats", options.inner_repeats,
                "Updates of a factor per iteration with the same products", "the algorithm's own");
  table.on_off("--extrapolation", options.extrapolation,
               "Update W at an H carried on along its last step",
               "on for hals, off for mu; not with anls");
  table.decimal("--floor", options.floor, "Smallest factor entry, in units of sqrt(mean(A)/k)",
                "0 for hals and anls, 1e-10 for mu");
  table.decimal("--l1-w", options.penalties.l1_w, "Penalty on the sum of W");
  table.decimal("--l1-h", options.penalties.l1_h, "Penalty on the sum of H");
  table.decimal("--l2-w", options.penalties.l2_w, "Penalty on half the squares of W");
  table.decimal("--l2-h", options.penalties.l2_h, "Penalty on half the squares of H");

  table.group("Start");
  add_init(table, options.init).given = &arguments.init_given;
  table.text("--init-w", arguments.init_w, "FILE",
             "First W, m x k; without --init-h, H is fitted to it first");
  table.text("--init-h", arguments.init_h, "FILE",
             "First H, k x n; without --init-w, W is fitted to it first");
  table.unsigned_integer("--seed", options.seed, "Which random numbers to draw");

  add_restarts(table, arguments.restarts);

  table.group("Stop");
  table.integer("--max-iterations", options.max_iterations,
                "Most iterations; 0: the first factors are evaluated as they are",
                "200, or 1000 where only mu serves");
  table.decimal("--tolerance", options.tolerance,
                "Stop when components have come to rest, to a few times the root of this, and the "
                "objective hardly falls; 0: never");
  table.integer("--check-every", options.check_every, "Iterations between two checks");
  add_computing(table, options);
  add_watching(table, arguments.watch);
}

}  // namespace

Command factorize_command() {
  const auto arguments = std::make_shared<FactorizeArguments>();
  Command command{"factorize", "Factorize a matrix: A ~ W*H with W, H >= 0"};
  declare(command.options, *arguments);
  command.examples =
      "  nonneg factorize faces.npy --rank 32 --out faces-32\n"
      "  nonneg factorize counts.csv.gz --rank 10 --out run --algorithm mu --seed 7\n"
      "  nonneg factorize A.mtx --rank 5 --out run --json > run.log\n"
      "  nonneg factorize cells.h5ad:/layers/counts --rank 20 --out run";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
