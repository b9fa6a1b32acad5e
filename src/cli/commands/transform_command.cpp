#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/enumerations.hpp"
#include "base/json_values.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "data/dense_copy.hpp"
#include "io/npy_rows.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/version.hpp"
#include "options/resolve.hpp"
#include "records/lookup.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct TransformArguments {
  std::string input;
  OpenOptions open;
  std::string model;
  std::string out;
  bool overwrite = false;
  Telling telling;
  /// Options given on the command line; algorithm, loss and the penalties on W are the model's.
  Options options;
  bool algorithm_given = false;
  DataArguments data;
  std::optional<double> l1_w;
  std::optional<double> l2_w;
};

/// The options of a model's run.json; empty where the directory has none, as for factors from
/// elsewhere.
Json model_options(const std::string& model) {
  Json record = records::read_run_record(model);
  if (record.is_null()) return Json::object();
  if (!record.is_object() || !record.contains("options") || !record["options"].is_object()) {
    throw InvalidArgument((fs::path(model) / records::kRecordFile).string() +
                          ": is no record of a run; take it away to use the factors without it");
  }
  return record["options"];
}

double penalty(const Json& model, const char* name, const std::optional<double>& given) {
  if (given) return *given;
  return model.contains(name) && model[name].is_number() ? model[name].get<double>() : 0.0;
}

Options transform_options(const TransformArguments& arguments, Index rank) {
  Options options = arguments.options;
  options.rank = rank;
  const Json model = model_options(arguments.model);
  const bool counts_alike = options.missing == Missing::none && arguments.data.weights.empty() &&
                            arguments.data.mask.empty();
  if (!arguments.algorithm_given && counts_alike && model.contains("algorithm")) {
    const std::string name = model["algorithm"].is_string() ? model["algorithm"] : "";
    options.algorithm = value_named<Enumeration<Algorithm>>(name).value_or(options.algorithm);
  }
  if (model.contains("beta") && model["beta"].is_number()) options.beta = model["beta"];
  options.penalties.l1_w = penalty(model, "l1_w", arguments.l1_w);
  options.penalties.l2_w = penalty(model, "l2_w", arguments.l2_w);
  validate(options);
  return options;
}

void check_columns(const MatrixFile& input, const MatrixFile& h) {
  if (input.view().cols() == h.view().cols()) return;
  throw InvalidArgument(
      fmt::format("{}: has {} columns, but the model's H ({}) has {}; the columns must be those "
                  "that the model was made from",
                  input.path(), input.view().cols(), h.path(), h.view().cols()));
}

template <class T>
ExitStatus run(const TransformArguments& arguments, const Options& options,
               const std::string& precision_reason, const MatrixFile& input, const DataView& A,
               const MatrixFile& h, const io::OutputPath& out, Interrupt& interrupt) {
  const auto start = std::chrono::steady_clock::now();
  const Matrix<T> H = dense_copy<T>(h.view());
  Matrix<T> W;
  std::vector<std::string> warnings;
  try {
    W = transform<T>(A, H.view(), options, &warnings);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(naming_file(e.what(), input.path(), arguments.data));
  }
  io::OutputFile file(out, arguments.overwrite, interrupt);
  io::NpyRows<T>(file, W.rows(), W.cols()).append(W.view());
  file.commit();

  say_warnings(warnings, arguments.telling);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (arguments.telling.json) {
    print_json({{"nonneg_version", version()},
                {"command", "transform"},
                {"input", records::to_json(records::describe(input))},
                {"model", arguments.model},
                {"options", records::to_json(resolve(options, A), {}, {})},
                {"precision", to_string(options.precision)},
                {"precision_reason", text_json(precision_reason)},
                {"shape", {{"rows", W.rows()}, {"rank", W.cols()}}},
                {"timings", {{"total_seconds", elapsed.count()}}},
                {"warnings", warnings}},
               arguments.out);
  } else if (!arguments.telling.quiet) {
    print(fmt::format(
        "rows        {}, of {} columns\nrank        {}\ntime        {}\n"
        "written to  {}\n",
        W.rows(), input.view().cols(), W.cols(), human_seconds(elapsed.count()), arguments.out));
  }
  return ExitStatus::success;
}

ExitStatus execute(const TransformArguments& arguments, Interrupt& interrupt) {
  require_value("transform", "INPUT", arguments.input);
  require_value("transform", "--model", arguments.model);
  require_value("transform", "--out", arguments.out);
  const io::OutputPath out =
      io::resolve_output_file(arguments.out, arguments.overwrite, output_names("--out"));
  if (!fs::is_directory(arguments.model)) {
    throw IoError(arguments.model + ": is no directory; --model takes one that factorize made",
                  arguments.model);
  }

  Progress progress(arguments.telling.quiet);
  progress.show("reading " + arguments.input);
  const MatrixFile h = MatrixFile::open((fs::path(arguments.model) / "H.npy").string());
  Options options = transform_options(arguments, h.view().rows());
  const MatrixFile input = open_input(arguments.input, options, arguments.open);
  progress.clear();
  say_warnings(input.warnings(), arguments.telling);
  check_columns(input, h);
  progress.show("transforming " + arguments.input);
  const WeightedFile data(input, arguments.data, arguments.open);
  const DataView& A = data.view();
  const auto [precision, reason] = choose_precision(A, options);
  options.precision = precision;
  return precision == Precision::float64
             ? run<double>(arguments, options, reason, input, A, h, out, interrupt)
             : run<float>(arguments, options, reason, input, A, h, out, interrupt);
}

void declare(OptionTable& table, TransformArguments& arguments) {
  Options& options = arguments.options;
  table.text("INPUT", arguments.input, "FILE",
             "New rows, with the model's columns, in any format that factorize reads");
  add_reading(table, arguments.open);
  table.group("Result");
  table.text("--model", arguments.model, "DIR", "Directory of a run (required)");
  add_out_file(table, arguments.out, arguments.overwrite, "W");
  add_telling(table, arguments.telling);
  table.group("Algorithm");
  add_algorithm(table, options, "the model's").given = &arguments.algorithm_given;
  add_missing(table, options);
  add_weights(table, arguments.data);
  table.decimal("--l1-w", arguments.l1_w, "Penalty on the sum of W", "the model's");
  table.decimal("--l2-w", arguments.l2_w, "Penalty on half the squares of W", "the model's");
  table.group("Stop");
  table.integer("--max-iterations", options.max_iterations, "Most updates of a row",
                "200, or 1000 where only mu serves");
  table.decimal("--tolerance", options.tolerance,
                "A row is done when it moves by no more than this part of itself; 0: never");
  add_computing(table, options);
}

}  // namespace

Command transform_command() {
  const auto arguments = std::make_shared<TransformArguments>();
  Command command{"transform", "Find W for new rows, with a model's H"};
  declare(command.options, *arguments);
  command.examples = "  nonneg transform new.npy --model faces-32 --out W-new.npy";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
