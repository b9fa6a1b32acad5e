// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/component_results.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "nonneg/error.hpp"
#include "records/factor_tables.hpp"

namespace nonneg::cli {

void add_components(OptionTable& table, ComponentArguments& components) {
  table.group("Components");
  table.choice("--normalize", components.normalize,
               "After the run bring this norm of each component's row of H, or column of W, to 1; "
               "the other factor keeps the scale");
  table.choice("--order", components.order,
               "none: as the run left them; explained: by what each explains, the largest first");
  table.flag("--tables", components.tables,
             "Write W and H with names as W.tsv and H.tsv, and the top features as top.tsv");
  table.integer("--top", components.top, "Features of each component in top.tsv").given =
      &components.top_given;
}

void require_components(const ComponentArguments& components, const std::string& worker) {
  if (components.top_given && !components.tables) {
    throw InvalidArgument(fmt::format(
        "--top {} says how many features of a component top.tsv lists: add --tables, which writes "
        "it, or leave --top out",
        components.top));
  }
  if (components.top < 1) {
    throw InvalidArgument(
        fmt::format("--top {}: must be at least 1, the features of a component that top.tsv lists",
                    components.top));
  }
  const char* const given = components.normalize != Normalization::none ? "--normalize"
                            : components.order != ComponentOrder::none  ? "--order"
                            : components.tables                         ? "--tables"
                                                                        : nullptr;
  if (worker.empty() || given == nullptr) return;
  throw InvalidArgument(fmt::format(
      "--worker {} puts no best run together, which {} is about: leave it out, and give "
      "it to the command with --resume that does",
      worker, given));
}

template <class T>
std::vector<records::TextFile> component_tables(const Result<T>& result,
                                                const ComponentArguments& components,
                                                const records::InputDescription& input) {
  if (!components.tables) return {};
  return records::factor_tables(result, {input.row_names, input.column_names}, components.top);
}

std::string table_line(const ComponentArguments& components, const std::string& out) {
  if (!components.tables) return {};
  const std::filesystem::path directory = std::filesystem::path(out) / "";
  return fmt::format("tables          {}{}, {}, {}\n", directory.string(), records::kWTableFile,
                     records::kHTableFile, records::kTopTableFile);
}

template std::vector<records::TextFile> component_tables(const Result<float>&,
                                                         const ComponentArguments&,
                                                         const records::InputDescription&);
template std::vector<records::TextFile> component_tables(const Result<double>&,
                                                         const ComponentArguments&,
                                                         const records::InputDescription&);

}  // namespace nonneg::cli
