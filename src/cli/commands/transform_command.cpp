// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_values.hpp"
#include "base/some_of.hpp"
#include "cli/commands/column_match.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/layer_advice.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "io/npy_rows.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/transform.hpp"
#include "nonneg/version.hpp"
#include "options/resolve.hpp"
#include "records/model.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct TransformArguments {
  std::string input;
  OpenOptions open;
  /// One of the two: the directory of a run, or an H from elsewhere.
  std::string model;
  std::string h;
  bool by_position = false;
  std::string out;
  bool overwrite = false;
  Telling telling;
  /// Options given on the command line; algorithm, loss, missing entries and the penalties on W are
  /// the model's where they were not.
  Options options;
  bool algorithm_given = false;
  bool loss_given = false;
  bool missing_given = false;
  DataArguments data;
  std::optional<double> l1_w;
  std::optional<double> l2_w;
};

/// The options of a run, and where those came from that a model may say: "command line", "model" or
/// "default", by their names in run.json.
struct ChosenOptions {
  Options options;
  Json from = Json::object();

  /// Sets a field that was not given to the model's value, where that has one.
  template <class Field, class Value>
  void choose(const char* name, bool given, const std::optional<Value>& models, Field& field) {
    from[name] = given ? "command line" : models ? "model" : "default";
    if (!given && models) field = *models;
  }

  /// " (the model's)" for an option of the model's.
  std::string origin(const char* name) const {
    return from.at(name) == "model" ? " (the model's)" : "";
  }
};

std::string loss_words(double beta) {
  const std::string_view name = loss_name(beta);
  return name == "beta" ? fmt::format("beta = {:g}", beta) : std::string(name);
}

/// W for another loss than H was made for is no part of any factorization.
void require_models_loss(const TransformArguments& arguments, const records::Model& model) {
  const std::optional<double>& models = model.options.beta;
  if (!arguments.loss_given || !models || arguments.options.beta == *models) return;
  throw InvalidArgument(fmt::format(
      "--loss {}: the model ({}) was made for {}; leave --loss and --beta out, or take its H with "
      "--h {} in place of --model",
      loss_words(arguments.options.beta), arguments.model, loss_words(*models), model.H.path()));
}

ChosenOptions choose_options(const TransformArguments& arguments, const records::Model& model) {
  require_models_loss(arguments, model);
  ChosenOptions chosen{.options = arguments.options};
  Options& options = chosen.options;
  options.rank = model.H.view().rows();
  const records::ModelOptions& models = model.options;
  chosen.choose("loss", arguments.loss_given, models.beta, options.beta);
  chosen.choose("missing", arguments.missing_given, models.missing, options.missing);
  // The algorithms of complete data do not serve where entries do not count alike.
  const bool counts_alike = options.missing == Missing::none && arguments.data.weights.empty() &&
                            arguments.data.mask.empty();
  chosen.choose("algorithm", arguments.algorithm_given,
                counts_alike ? models.algorithm : std::nullopt, options.algorithm);
  options.penalties.l1_w = arguments.l1_w.value_or(0);
  options.penalties.l2_w = arguments.l2_w.value_or(0);
  chosen.choose("l1_w", arguments.l1_w.has_value(), models.l1_w, options.penalties.l1_w);
  chosen.choose("l2_w", arguments.l2_w.has_value(), models.l2_w, options.penalties.l2_w);
  validate(options);
  return chosen;
}

/// Resolves the options for A, and says of a kind of missing entries that A does not have where it
/// came from.
Options resolved(const ChosenOptions& chosen, const DataView& A, const std::string& input) {
  try {
    return resolve(chosen.options, A);
  } catch (const InvalidArgument& e) {
    if (e.subject() != Subject::missing || chosen.from.at("missing") != "model") throw;
    throw InvalidArgument(fmt::format(
        "{}: {}; that is what the model was made with: --missing says what of the new rows was "
        "not observed",
        input, e.what()));
  }
}

/// Everything that a transform is of.
struct Transform {
  const TransformArguments& arguments;
  ChosenOptions chosen;
  PrecisionChoice precision;
  const records::Model& model;
  const MatrixFile& input;
  const DataView& A;
  const ColumnMatch& match;
};

/// factor(i, q)·scales[q] for the rows of H, or for the columns of W; without scales as it is.
/// New rows are solved in the scale in which the model was, where the penalties on W are meant.
template <class T>
void scale_h(const std::vector<double>& scales, Matrix<T>& H) {
  for (std::size_t q = 0; q < scales.size(); ++q) {
    T* const row = H.view().row(static_cast<Index>(q));
    for (Index j = 0; j < H.cols(); ++j) {
      row[j] = static_cast<T>(static_cast<double>(row[j]) * scales[q]);
    }
  }
}
template <class T>
void scale_w(const std::vector<double>& scales, Matrix<T>& W) {
  for (Index i = 0; i < W.rows(); ++i) {
    T* const row = W.view().row(i);
    for (std::size_t q = 0; q < scales.size(); ++q) {
      row[q] = static_cast<T>(static_cast<double>(row[q]) * scales[q]);
    }
  }
}

std::string left_out_words(const ColumnMatch& match) {
  const std::size_t count = match.left_out.size();
  return fmt::format("{} column{} that the model does not have {} left out: {}", count,
                     count == 1 ? "" : "s", count == 1 ? "was" : "were", some_of(match.left_out));
}

std::string summary(const Transform& of, const Options& used, const LossRecord& loss,
                    double seconds) {
  const auto origin = [&of](const char* name) { return of.chosen.origin(name); };
  std::string text = fmt::format("rows            {}, of {} columns matched {}\n", of.A.rows(),
                                 of.A.cols(), of.match.words());
  if (used.missing != Missing::none) {
    text += fmt::format("observed        {}{}\n",
                        used.missing == Missing::nan ? "all but NaN" : "what is stored",
                        origin("missing"));
  }
  text += fmt::format("factors         rank {}, {}{} in {}\n", used.rank, to_string(used.algorithm),
                      origin("algorithm"), to_string(used.precision));
  text += fmt::format("loss            {}{}: {:.6g}\n", loss_words(used.beta), origin("loss"),
                      loss.loss);
  text += fmt::format("relative error  {:.6g}\n", loss.relative_error);
  return text + fmt::format("time            {}\nwritten to      {}\n", human_seconds(seconds),
                            of.arguments.out);
}

Json record_of(const Transform& of, const Options& used, const LossRecord& loss, double seconds,
               const std::vector<std::string>& warnings) {
  const TransformArguments& arguments = of.arguments;
  return {{"nonneg_version", version()},
          {"command", "transform"},
          {"input", records::to_json(records::describe(of.input, of.arguments.open))},
          {"model", text_json(arguments.model)},
          {"h", of.model.H.path()},
          {"columns", {{"matched", of.match.words()}, {"left_out", of.match.left_out}}},
          {"options", records::to_json(used, {}, {})},
          {"options_from", of.chosen.from},
          {"precision", to_string(used.precision)},
          {"precision_reason", text_json(of.precision.reason)},
          {"shape", {{"rows", of.A.rows()}, {"rank", used.rank}}},
          {"loss", number_json(loss.loss)},
          {"objective", number_json(loss.objective)},
          {"relative_error", number_json(loss.relative_error)},
          {"timings", {{"total_seconds", seconds}}},
          {"warnings", warnings}};
}

/// The error's message, with the file that it is about in front: the model's H, or of the new rows.
std::string naming_input(const InvalidArgument& error, const Transform& of) {
  if (error.subject() == Subject::H) return of.model.H.path() + ": " + error.what();
  const std::string named = naming_file(error, of.input.path(), of.arguments.data);
  return of.match.left_out.empty() ? named
                                   : named + " (columns are counted without those left out)";
}

template <class T>
ExitStatus run(const Transform& of, const io::OutputPath& out, Interrupt& interrupt) {
  const TransformArguments& arguments = of.arguments;
  const auto start = std::chrono::steady_clock::now();
  const Options used = resolved(of.chosen, of.A, of.input.path());
  Matrix<T> H = matched_h<T>(of.model, of.match);
  scale_h(of.model.scales, H);
  Matrix<T> W;
  std::vector<std::string> warnings;
  if (!of.match.left_out.empty()) warnings.push_back(left_out_words(of.match));
  if (!arguments.model.empty() && of.chosen.from.at("loss") == "default") {
    warnings.push_back(fmt::format(
        "{}: no run.json says what loss the model was made for; {} is taken, unless --loss says "
        "another",
        arguments.model, loss_words(used.beta)));
  }
  LossRecord loss;
  try {
    W = transform<T>(of.A, H.view(), used, &warnings, &loss);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(e.subject(), with_layer_advice(naming_input(e, of), of.input));
  }
  scale_w(of.model.scales, W);
  io::OutputFile file(out, arguments.overwrite, interrupt);
  io::NpyRows<T>(file, W.rows(), W.cols()).append(W.view());
  file.commit();

  say_warnings(warnings, arguments.telling);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (arguments.telling.json) {
    const std::vector<std::string>& files = of.input.warnings();
    warnings.insert(warnings.begin(), files.begin(), files.end());
    print_json(record_of(of, used, loss, elapsed.count(), warnings), arguments.out);
  } else if (!arguments.telling.quiet) {
    print(summary(of, used, loss, elapsed.count()));
  }
  return ExitStatus::success;
}

records::Model open_model(const TransformArguments& arguments) {
  if (arguments.h == "-") {
    throw InvalidArgument("--h -: only INPUT is read from standard input; name a file");
  }
  if (!arguments.h.empty()) {
    OpenOptions as_input;
    as_input.table = arguments.open.table;
    return records::open_h(arguments.h, as_input);
  }
  if (!fs::is_directory(arguments.model)) {
    throw IoError(arguments.model +
                      ": is no directory; --model takes one that factorize made, and "
                      "--h an H by itself",
                  arguments.model);
  }
  return records::open_model(arguments.model);
}

/// Matches the columns, and says where the model's A lay the other way in its file.
ColumnMatch match(const MatrixFile& input, const records::Model& model,
                  const TransformArguments& arguments) {
  try {
    return match_columns(input, model, arguments.by_position);
  } catch (const InvalidArgument& e) {
    if (model.transposed.value_or(arguments.open.transpose) == arguments.open.transpose) throw;
    throw InvalidArgument(e.subject(),
                          fmt::format("{}; the model's A was read {} --transpose, and this {} it",
                                      e.what(), *model.transposed ? "with" : "without",
                                      *model.transposed ? "without" : "with"));
  }
}

ExitStatus execute(const TransformArguments& arguments, Interrupt& interrupt) {
  require_value("transform", "INPUT", arguments.input);
  if (arguments.model.empty() && arguments.h.empty()) {
    missing("transform", "--model DIR (or --h FILE)");
  }
  require_value("transform", "--out", arguments.out);
  const io::OutputPath out =
      io::resolve_output_file(arguments.out, arguments.overwrite, output_names("--out"));

  Progress progress(arguments.telling.quiet);
  progress.show("reading " + arguments.input);
  const records::Model model = open_model(arguments);
  ChosenOptions chosen = choose_options(arguments, model);
  const MatrixFile input = open_input(arguments.input, chosen.options, arguments.open);
  std::vector<std::string> read = {input.path(), model.H.path(), arguments.data.mask,
                                   arguments.data.weights};
  if (!arguments.model.empty()) {
    for (const char* const file : {"W.npy", "run.json"}) {
      read.push_back((fs::path(arguments.model) / file).string());
    }
  }
  io::require_unread(out, read);
  progress.clear();
  say_warnings(input.warnings(), arguments.telling);
  const ColumnMatch matched = match(input, model, arguments);
  progress.show("transforming " + arguments.input);
  const WeightedFile data(input, arguments.data, arguments.open, matched.columns);
  const PrecisionChoice precision = choose_precision(data.view(), chosen.options);
  chosen.options.precision = precision.precision;
  const Transform of{.arguments = arguments,
                     .chosen = std::move(chosen),
                     .precision = precision,
                     .model = model,
                     .input = input,
                     .A = data.view(),
                     .match = matched};
  return precision.precision == Precision::float64 ? run<double>(of, out, interrupt)
                                                   : run<float>(of, out, interrupt);
}

void declare(OptionTable& table, TransformArguments& arguments) {
  Options& options = arguments.options;
  table.text("INPUT", arguments.input, "FILE",
             "New rows, with the model's columns, in any format that factorize reads");
  add_reading(table, arguments.open);
  table.flag("--by-position", arguments.by_position,
             "Take columns as they stand, where both sides have names too");
  table.group("Result");
  table.text("--model", arguments.model, "DIR", "Directory of a run (required, or --h)");
  table
      .text("--h", arguments.h, "FILE",
            "An H from elsewhere in place of a model's: k x n, in any format that factorize reads")
      .excludes = "--model";
  add_out_file(table, arguments.out, arguments.overwrite, "W");
  add_telling(table, arguments.telling);
  table.group("Algorithm");
  add_algorithm(table, options, "the model's").given = &arguments.algorithm_given;
  add_loss(table, options, "the model's", &arguments.loss_given);
  add_missing(table, options, "the model's").given = &arguments.missing_given;
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
  command.examples =
      "  nonneg transform new.npy --model faces-32 --out W-new.npy\n"
      "  nonneg transform new.csv --h H.csv --loss kl --out W-new.npy";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
