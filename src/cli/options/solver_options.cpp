// SPDX-License-Identifier: Apache-2.0
#include "cli/options/solver_options.hpp"

namespace nonneg::cli {

Option& add_algorithm(OptionTable& table, Options& options, const std::string& default_text) {
  Option& option =
      table.choice("--algorithm", options.algorithm, explained<Enumeration<Algorithm>>(": ", "; "));
  if (!default_text.empty()) option.default_text = default_text;
  return option;
}

void add_loss(OptionTable& table, Options& options, const std::string& default_text, bool* given) {
  Option& loss = table.choice<NamedLosses>(
      "--loss", options.beta, "What is minimised: " + explained<NamedLosses>(" ", ", "));
  loss.excludes = "--beta";
  loss.given = given;
  if (!default_text.empty()) loss.default_text = default_text;
  table
      .decimal("--beta", options.beta, "The beta-divergence of this beta instead", "that of --loss")
      .given = given;
}

Option& add_init(OptionTable& table, Init& init) {
  return table.choice("--init", init, "First factors; " + explained<Enumeration<Init>>(": ", "; "));
}

void add_threads(OptionTable& table, int& threads) {
  table.integer("--threads", threads, "Threads on the CPU", "all usable cores");
}

void add_computing(OptionTable& table, Options& options) {
  table.group("Computing");
  table.choice("--precision", options.precision,
               "Type to compute in; " + explained<Enumeration<Precision>>(": ", "; "));
  table.choice("--backend", options.backend, "Where to compute");
  table.integer(
      "--device", options.device,
      "Which CUDA device, as `nonneg info` lists them; auto: the first that can be had from it on",
      "0");
  add_threads(table, options.threads);
  table.integer("--panel-rows", options.panel_rows, "Rows of A worked on at a time",
                "fitted to the caches; on a device by timing");
  table.flag("--deterministic", options.deterministic,
             "Choose nothing by timing: equal runs give equal bits on a device too");
}

}  // namespace nonneg::cli
