#include "cli/options/solver_options.hpp"

namespace nonneg::cli {

Option& add_algorithm(OptionTable& table, Options& options, const std::string& default_text) {
  Option& option = table.choice(
      "--algorithm", options.algorithm, "auto|hals|mu|anls",
      {Algorithm::automatic, Algorithm::hals, Algorithm::mu, Algorithm::anls},
      "hals: alternating least squares by component; mu: multiplicative updates; anls: alternating "
      "least squares, exact; auto: hals where it can");
  if (!default_text.empty()) option.default_text = default_text;
  return option;
}

void add_loss(OptionTable& table, Options& options) {
  table
      .choice("--loss", options.beta, "frobenius|kl|is",
              {kFrobenius, kKullbackLeibler, kItakuraSaito},
              "What is minimised: kl Kullback-Leibler, is Itakura-Saito")
      .excludes = "--beta";
  table.decimal("--beta", options.beta, "The beta-divergence of this beta instead",
                "that of --loss");
}

void add_computing(OptionTable& table, Options& options) {
  table.group("Computing");
  table.choice("--precision", options.precision, "auto|float32|float64|tf32",
               {Precision::automatic, Precision::float32, Precision::float64, Precision::tf32},
               "Type to compute in; auto: float64 for float64 data, else float32; tf32: float32 "
               "with A's products on a CUDA device's tensor cores");
  table.choice("--backend", options.backend, "auto|cpu|cuda",
               {BackendKind::automatic, BackendKind::cpu, BackendKind::cuda}, "Where to compute");
  table.integer("--device", options.device, "Which CUDA device, as `nonneg info` lists them", "0");
  table.integer("--threads", options.threads, "Threads on the CPU", "all usable cores");
  table.integer("--panel-rows", options.panel_rows, "Rows of A worked on at a time",
                "fitted to the caches; on a device by timing");
  table.flag("--deterministic", options.deterministic,
             "Choose nothing by timing: equal runs give equal bits on a device too");
}

}  // namespace nonneg::cli
