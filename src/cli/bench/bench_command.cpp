// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/planted_data.hpp"
#include "cli/bench/comparison.hpp"
#include "cli/bench/comparison_text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/interrupt.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/number_pair.hpp"
#include "cli/options/result_options.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "cli/output/processor.hpp"
#include "cli/output/progress.hpp"
#include "cli/output/run_summary.hpp"
#include "io/output_file.hpp"
#include "io/output_path.hpp"
#include "nonneg/element_type.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/version.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;

/// The cards of the model by the names that the option has for them.
constexpr std::pair<const char*, const char*> kCards[] = {
    {"h200", "H200 SXM"}, {"a100", "A100 80GB SXM"}, {"rtx4090", "GeForce RTX 4090"}};

struct BenchArguments {
  std::string input;
  /// Rows and columns of a matrix that is made.
  std::optional<std::pair<Index, Index>> size;
  OpenOptions open;
  DataArguments data;
  ComparisonRequest request;
  std::string card = kCards[0].first;
  /// Where the JSON goes as well; empty: nowhere.
  std::string out;
  bool overwrite = false;
  /// JSON in place of the tables on standard output.
  bool json = false;
};

/// Their names, as the option's text has them.
std::string card_names() {
  std::string names;
  for (const auto& [option, title] : kCards)
    names += (names.empty() ? "" : "|") + std::string(option);
  return names;
}

const bench::Card* card_named(const std::string& name) {
  for (const auto& [option, title] : kCards) {
    if (name != option) continue;
    for (const bench::Card& card : bench::cards()) {
      if (card.name == title) return &card;
    }
  }
  return nullptr;
}

/// "8,32": each at least 1.
std::vector<Index> parse_ranks(const std::string& text) {
  std::vector<Index> ranks;
  for (const std::string_view part : parts_of_list(text)) {
    const Index rank = parse_integer("--rank", part);
    if (rank < 1) throw InvalidArgument(fmt::format("--rank {}: must be at least 1", rank));
    if (std::find(ranks.begin(), ranks.end(), rank) != ranks.end()) {
      throw InvalidArgument(fmt::format("--rank {}: {} is there twice", text, rank));
    }
    ranks.push_back(rank);
  }
  return ranks;
}

void check(const BenchArguments& arguments) {
  const ComparisonRequest& request = arguments.request;
  if (arguments.input.empty() && !arguments.size) {
    throw InvalidArgument(
        "bench: INPUT is missing; name a file, or give --size M,N for a matrix that is made");
  }
  if (!arguments.input.empty() && arguments.size) {
    throw InvalidArgument(
        fmt::format("bench: {} and --size: use one of them; --size makes a matrix, and reads none",
                    arguments.input));
  }
  if (request.ranks.empty()) missing("bench", "--rank");
  if (request.repeats < 1) {
    throw InvalidArgument(fmt::format("--repeats {}: must be at least 1", request.repeats));
  }
  if (request.error && !(*request.error > 0)) {
    throw InvalidArgument(fmt::format("--error {}: must be above 0", *request.error));
  }
  if (request.options.max_iterations.value_or(1) < 1) {
    throw InvalidArgument(
        fmt::format("--max-iterations {}: must be at least 1", *request.options.max_iterations));
  }
  if (arguments.size && (!arguments.data.weights.empty() || !arguments.data.mask.empty())) {
    throw InvalidArgument(
        "--size: a matrix that is made takes no --weights or --mask; name a file as INPUT");
  }
}

/// What came of it.
struct Outcome {
  std::string text;
  std::string json;
};

/// Measures on A. `json` has what is known of it already.
Outcome compare_on(const DataView& A, BenchArguments& arguments, Progress& progress, Json json,
                   const std::string& what) {
  ComparisonRequest& request = arguments.request;
  const PrecisionChoice precision = choose_precision(A, request.options);
  request.options.precision = precision.precision;
  request.card = card_named(arguments.card);
  const Comparison comparison =
      compare(A, request, [&](const std::string& activity) { progress.show(activity); });
  progress.clear();
  const std::string cpu = processor_name();
  const Options& options = comparison.options;
  json["rows"] = A.rows();
  json["cols"] = A.cols();
  json["type"] = element_name(A.type());
  json["algorithm"] = to_string(options.algorithm);
  json["beta"] = options.beta;
  json["precision"] = to_string(options.precision);
  json["seed"] = options.seed;
  json.update(comparison_json(comparison, cpu));
  const bool tf32 = options.precision == Precision::tf32;
  return {fmt::format("A is {}\n{}, {}, {}{}\n\n", what, to_string(options.algorithm),
                      loss_name(options.beta), to_string(options.precision),
                      tf32 ? " (on the cpu float32)" : "") +
              comparison_text(comparison, cpu),
          json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"};
}

Outcome compare_planted(BenchArguments& arguments, Progress& progress, Json json) {
  const auto [rows, cols] = *arguments.size;
  const std::uint64_t seed = arguments.request.options.seed;
  progress.show(fmt::format("making a matrix of {} x {}", rows, cols));
  const bench::PlantedData planted(rows, cols, seed);
  const Index rank = bench::PlantedData::planted_rank(cols);
  json["input"] = nullptr;
  json["planted_rank"] = rank;
  return compare_on(planted.dense().view(), arguments, progress, std::move(json),
                    fmt::format("{} x {} float32: planted, of rank {}, with noise, seed {}", rows,
                                cols, rank, seed));
}

Outcome compare_file(BenchArguments& arguments, Progress& progress, Json json) {
  progress.show("reading " + arguments.input);
  const MatrixFile file = open_input(arguments.input, arguments.request.options, arguments.open);
  progress.clear();
  for (const std::string& warning : file.warnings()) say("nonneg: warning: " + warning + "\n");
  const WeightedFile data(file, arguments.data, arguments.open);
  const DataView& A = data.view();
  json["input"] = records::to_json(records::describe(file, arguments.open));
  json["planted_rank"] = nullptr;
  try {
    return compare_on(A, arguments, progress, std::move(json),
                      fmt::format("{} x {} {}: {} ({})", A.rows(), A.cols(), element_name(A.type()),
                                  arguments.input, storage_words(file)));
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(error.subject(), naming_file(error, arguments.input, arguments.data));
  }
}

/// Where the JSON goes, looked at before anything is measured.
std::optional<io::OutputPath> output_of(const BenchArguments& arguments) {
  if (arguments.out.empty()) return {};
  io::OutputPath out = io::resolve_output(arguments.out, output_names("--out"));
  io::require_unread(out, {arguments.input, arguments.data.mask, arguments.data.weights});
  if (out.exists && !arguments.overwrite) {
    throw InvalidArgument(fmt::format("--out {}: exists already; {}, or {}", arguments.out,
                                      out.names.set_overwrite, out.names.name_another));
  }
  return out;
}

ExitStatus execute(BenchArguments arguments, Interrupt& interrupt) {
  check(arguments);
  Options& options = arguments.request.options;
  options.rank = arguments.request.ranks.front();
  validate(options);
  const std::optional<io::OutputPath> out = output_of(arguments);
  Progress progress(!stderr_is_terminal());
  const Json json = {{"nonneg_version", version()}, {"command", "bench"}};
  const Outcome outcome = arguments.size ? compare_planted(arguments, progress, json)
                                         : compare_file(arguments, progress, json);
  if (out) {
    io::OutputFile file(*out, arguments.overwrite, interrupt);
    file.write_at(0, outcome.json.data(), outcome.json.size());
    file.commit();
  }
  print(arguments.json ? outcome.json : outcome.text);
  return ExitStatus::success;
}

void declare(OptionTable& table, BenchArguments& arguments) {
  ComparisonRequest& request = arguments.request;
  Options& options = request.options;
  table.text("INPUT", arguments.input, "FILE", kInputHelp);
  add_reading(table, arguments.open);
  table.add("--size", "M,N",
            "Make A instead: W*H of rank 32 (or N/2), half of both zero, with noise, by --seed", {},
            [&arguments](const std::string& text) {
              arguments.size = parse_pair("--size", text, ',', "20000,2000");
            });
  table.group("Comparison");
  Option& rank = table.add(
      "--rank", "K[,K...]", "Numbers of components, one after the other; also -k, --components",
      "required", [&request](const std::string& text) { request.ranks = parse_ranks(text); });
  rank.aliases = "-k,--components,--n-components,--n_components";
  table.decimal("--error", request.error, "Relative error that is to be reached",
                "1.01 times that of 50 sweeps on the CPU");
  table.integer("--repeats", request.repeats, "How often a sweep's time is taken");
  table.integer("--max-iterations", options.max_iterations, "Most iterations towards the error",
                "200, or 1000 where only mu serves");
  table.add("--card", card_names(), "The GPU that is modelled where none is there", arguments.card,
            [&arguments](const std::string& text) {
              const std::vector<std::string> names = choices_of(card_names());
              arguments.card = names.at(parse_choice("--card", text, names));
            });
  table.text("--out", arguments.out, "FILE", "File for the same as JSON");
  table.flag("--overwrite", arguments.overwrite, "Replace FILE if it exists");
  add_json(table, arguments.json);
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
  table.unsigned_integer("--seed", options.seed, "Which random numbers to draw");
  add_computing(table, options);
}

}  // namespace

Command bench_command() {
  const auto arguments = std::make_shared<BenchArguments>();
  Command command{"bench", "Compare the CPU and a GPU on the same matrix"};
  declare(command.options, *arguments);
  command.examples =
      "  nonneg bench faces.npy --rank 32\n"
      "  nonneg bench --size 20000,2000 --rank 8,32,128\n"
      "  nonneg bench --size 20000,2000 --rank 32 --loss kl --json > it.json";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
