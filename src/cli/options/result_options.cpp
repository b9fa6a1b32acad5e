// SPDX-License-Identifier: Apache-2.0
#include "cli/options/result_options.hpp"

#include <fmt/format.h>

namespace nonneg::cli {

void add_json(OptionTable& table, bool& json) {
  table.flag("--json", json, "One JSON object on standard output, nothing else");
}

void add_telling(OptionTable& table, Telling& telling) {
  table.flag("--quiet", telling.quiet, "No progress, no summary: only errors");
  add_json(table, telling.json);
}

void add_rank(OptionTable& table, Index& rank, bool& given) {
  Option& option = table.integer(
      "--rank", rank, "Number of components k; also -k, --components, --n_components", "required");
  option.aliases = "-k,--components,--n-components,--n_components";
  option.given = &given;
}

void add_out_directory(OptionTable& table, std::string& out, bool required) {
  table.text(
      "--out", out, "DIR",
      fmt::format("Directory for W.npy, H.npy and run.json{}", required ? " (required)" : ""));
}

void add_out_file(OptionTable& table, std::string& out, bool& overwrite, const std::string& what) {
  table.text("--out", out, "FILE", fmt::format("File for {}, an .npy (required)", what));
  table.flag("--overwrite", overwrite, "Replace FILE if it exists");
}

io::OutputNames output_names(const std::string& option) {
  return {.place = option,
          .overwrite = "--overwrite",
          .set_overwrite = "add --overwrite",
          .name_another = "name another place with " + option};
}

}  // namespace nonneg::cli
