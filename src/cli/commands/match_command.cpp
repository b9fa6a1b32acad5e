// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/some_of.hpp"
#include "base/utf8.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/commands/references.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "ensemble/component_match.hpp"
#include "ensemble/decomposition.hpp"
#include "io/output_file.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"
#include "records/factor_file.hpp"
#include "records/factor_tables.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;
using ensemble::kNone;

struct MatchArguments {
  std::string run;
  ReferenceArguments references;
  bool decompose = false;
  std::string out;
  bool overwrite = false;
  Telling telling;
};

/// What was found.
struct Matched {
  References references;
  std::vector<ensemble::ComponentMatch> matches;
  /// One for each component, where they were asked for; else none.
  std::vector<ensemble::Decomposition> sums;

  const std::string& name(Index reference) const {
    return references.names[static_cast<std::size_t>(reference)];
  }
  std::size_t pairs() const {
    return static_cast<std::size_t>(std::count_if(
        matches.begin(), matches.end(),
        [](const ensemble::ComponentMatch& match) { return match.reference != kNone; }));
  }
  /// Over the pairs; 0 where there is none.
  double mean_cosine() const {
    double sum = 0;
    for (const ensemble::ComponentMatch& match : matches) sum += match.cosine;
    return pairs() > 0 ? sum / static_cast<double>(pairs()) : 0;
  }
  /// The references that no component was assigned to.
  std::vector<std::string> left_over() const {
    std::vector<bool> taken(references.names.size(), false);
    for (const ensemble::ComponentMatch& match : matches) {
      if (match.reference != kNone) taken[static_cast<std::size_t>(match.reference)] = true;
    }
    std::vector<std::string> names;
    for (std::size_t r = 0; r < taken.size(); ++r) {
      if (!taken[r]) names.push_back(references.names[r]);
    }
    return names;
  }
};

/// "SBS4 62 % + SBS5 38 %".
std::string sum_words(const Matched& found, const ensemble::Decomposition& sum) {
  std::string text;
  for (const ensemble::ReferencePart& part : sum.parts) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : " + ",
                        printable(found.name(part.reference)), 100 * part.share);
  }
  return text;
}

/// A name in a column of the terminal.
std::string shown(const std::string& name, std::size_t width) {
  const std::string text = printable(name);
  std::string cut(utf8_prefix(text, width));
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  const auto wide =
      cut.size() - static_cast<std::size_t>(std::count_if(cut.begin(), cut.end(), continues));
  return cut + std::string(width - std::min(width, wide), ' ');
}

std::string summary(const Matched& found, const std::string& out) {
  constexpr std::size_t kName = 24;
  std::string text =
      fmt::format("{:<14}{}  cosine  most like\n", "component", shown("goes with", kName));
  for (std::size_t q = 0; q < found.matches.size(); ++q) {
    const ensemble::ComponentMatch& match = found.matches[q];
    const bool pair = match.reference != kNone;
    text +=
        fmt::format("{:<14}{}  {}", q + 1, shown(pair ? found.name(match.reference) : "-", kName),
                    pair ? fmt::format("{:6.4f}", match.cosine) : std::string("     -"));
    if (match.nearest == kNone) {
      text += "  nothing";
    } else if (match.nearest != match.reference) {
      text +=
          fmt::format("  {} {:.4f}", printable(found.name(match.nearest)), match.nearest_cosine);
    }
    text += '\n';
    if (!found.sums.empty() && !found.sums[q].parts.empty()) {
      text += fmt::format("{:14}= {} (cosine {:.4f})\n", "", sum_words(found, found.sums[q]),
                          found.sums[q].cosine);
    }
  }
  text += fmt::format("pairs           {} of {} components and {} references, mean cosine {:.4f}\n",
                      found.pairs(), found.matches.size(), found.references.names.size(),
                      found.mean_cosine());
  text += fmt::format("features        {}, {}\n", found.references.entries.cols(),
                      found.references.by_name ? "by name" : "as they stand");
  if (!out.empty()) text += fmt::format("written to      {}\n", out);
  return text;
}

Json record_of(const MatchArguments& arguments, const Matched& found) {
  const auto name_or_null = [&found](Index reference) {
    return reference == kNone ? Json(nullptr) : Json(found.name(reference));
  };
  Json components = Json::array();
  for (std::size_t q = 0; q < found.matches.size(); ++q) {
    const ensemble::ComponentMatch& match = found.matches[q];
    Json component = {{"component", records::component_name(static_cast<Index>(q))},
                      {"reference", name_or_null(match.reference)},
                      {"cosine", match.reference == kNone ? Json(nullptr) : Json(match.cosine)},
                      {"nearest", name_or_null(match.nearest)},
                      {"nearest_cosine", match.nearest_cosine}};
    if (!found.sums.empty()) {
      Json parts = Json::array();
      for (const ensemble::ReferencePart& part : found.sums[q].parts) {
        parts.push_back({{"reference", found.name(part.reference)},
                         {"weight", part.weight},
                         {"share", part.share}});
      }
      component["sum"] = std::move(parts);
      component["sum_cosine"] = found.sums[q].cosine;
    }
    components.push_back(std::move(component));
  }
  return {{"nonneg_version", version()},
          {"command", "match"},
          {"run", arguments.run},
          {"references", arguments.references.path},
          {"features", found.references.entries.cols()},
          {"features_matched_by", found.references.by_name ? "name" : "position"},
          {"features_left_out", found.references.left_out},
          {"pairs", found.pairs()},
          {"mean_cosine", found.mean_cosine()},
          {"components", std::move(components)},
          {"references_left_over", found.left_over()}};
}

std::string table_of(const Matched& found) {
  const auto name_cell = [&found](Index reference) {
    return reference == kNone ? std::string() : records::table_cell(found.name(reference));
  };
  std::string text = "component\treference\tcosine\tnearest\tnearest_cosine";
  text += found.sums.empty() ? "\n" : "\tsum\tsum_cosine\n";
  for (std::size_t q = 0; q < found.matches.size(); ++q) {
    const ensemble::ComponentMatch& match = found.matches[q];
    text +=
        fmt::format("{}\t{}\t{}\t{}\t{:.6f}", records::component_name(static_cast<Index>(q)),
                    name_cell(match.reference),
                    match.reference == kNone ? std::string() : fmt::format("{:.6f}", match.cosine),
                    name_cell(match.nearest), match.nearest_cosine);
    if (!found.sums.empty()) {
      text += fmt::format("\t{}\t{:.6f}", records::table_cell(sum_words(found, found.sums[q])),
                          found.sums[q].cosine);
    }
    text += '\n';
  }
  return text;
}

void write(const std::string& text, const io::OutputPath& out, bool overwrite,
           Interrupt& interrupt) {
  io::OutputFile file(out, overwrite, interrupt);
  file.write_at(0, text.data(), text.size());
  file.commit();
}

records::Model open_run(const std::string& directory) {
  if (!fs::is_directory(directory)) {
    throw IoError(directory + ": is no directory; give one that factorize made", directory);
  }
  return records::open_model(directory);
}

std::string record_text(const Json& record) {
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

ExitStatus execute(const MatchArguments& arguments, Interrupt& interrupt) {
  require_value("match", "DIR", arguments.run);
  require_value("match", "REFERENCES", arguments.references.path);
  std::optional<io::OutputPath> out;
  if (arguments.out.empty() && arguments.overwrite) {
    throw InvalidArgument(
        "--overwrite says that --out FILE may be replaced: give --out, or leave it out");
  }
  if (!arguments.out.empty()) {
    out = io::resolve_output_file(arguments.out, arguments.overwrite, output_names("--out"),
                                  {".tsv", ".json"});
  }
  const records::Model model = open_run(arguments.run);
  const Matrix<double> H = records::read_factor<double>(model.H);
  Matched found;
  found.references = read_references(arguments.references, model);
  if (out) io::require_unread(*out, {model.H.path(), arguments.references.path});
  std::vector<std::string> warnings = found.references.warnings;
  if (const auto& left_out = found.references.left_out; !left_out.empty()) {
    warnings.push_back(fmt::format("{}: {} feature{} that the run does not have {} left out: {}",
                                   arguments.references.path, left_out.size(),
                                   left_out.size() == 1 ? "" : "s",
                                   left_out.size() == 1 ? "was" : "were", some_of(left_out)));
  }
  say_warnings(warnings, arguments.telling);
  const MatrixView<const double> components = H.view();
  const MatrixView<const double> references = found.references.entries.view();
  const Matrix<double> cosines = ensemble::cosines(components, references);
  found.matches = ensemble::match_components(cosines.view());
  if (arguments.decompose) found.sums = ensemble::decompose(components, references);

  const Json record = record_of(arguments, found);
  if (out) {
    const bool json = out->target.extension() == ".json";
    write(json ? record_text(record) : table_of(found), *out, arguments.overwrite, interrupt);
  }
  if (arguments.telling.json) {
    print_json(record, arguments.out);
  } else if (!arguments.telling.quiet) {
    print(summary(found, arguments.out));
  }
  return ExitStatus::success;
}

void declare(OptionTable& table, MatchArguments& arguments) {
  ReferenceArguments& references = arguments.references;
  table.text("DIR", arguments.run, "DIR", "Directory of a run");
  table.text("REFERENCES", references.path, "FILE",
             "Directory of another run, or a table of references and the features that they are "
             "of, such as COSMIC's signatures, in any format that factorize reads");
  table.flag("--decompose", arguments.decompose,
             "Write each component as a non-negative sum of few references");
  table.add("--references", "rows|columns", "Which of REFERENCES is a reference each",
            "found by names or sizes, or asked for", [&references](const std::string& text) {
              references.side = parse_choice("--references", text, {"rows", "columns"}) == 0
                                    ? ReferenceSide::rows
                                    : ReferenceSide::columns;
            });
  table.flag("--by-position", references.by_position,
             "Take features as they stand, where both sides have names too");
  table.text("--format", references.open.format, "NAME",
             "What REFERENCES is, whatever its name: tsv, csv.gz, mtx, ...");
  add_table_reading(table, references.open.table);
  table.group("Result");
  table.text("--out", arguments.out, "FILE", "File for what was found, a .tsv or a .json");
  table.flag("--overwrite", arguments.overwrite, "Replace FILE if it exists");
  add_telling(table, arguments.telling);
}

}  // namespace

Command match_command() {
  const auto arguments = std::make_shared<MatchArguments>();
  Command command{"match", "Hold components against another run's, or known ones"};
  declare(command.options, *arguments);
  command.examples =
      "  nonneg match run-1 run-2\n"
      "  nonneg match run COSMIC_SBS.txt --format tsv --decompose --out m.tsv";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
