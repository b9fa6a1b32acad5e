/// nonneg transform
#pragma once

#include <optional>
#include <string>

#include "cli/data_options.hpp"
#include "cli/factorization.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {

struct TransformArguments {
  std::string input;
  OpenOptions open;
  std::string model;
  std::string out;
  bool overwrite = false;
  Reporting reporting;
  /// Options given on the command line; algorithm, loss and the penalties on W are the model's.
  Options options;
  bool algorithm_given = false;
  DataArguments data;
  std::optional<double> l1_w;
  std::optional<double> l2_w;
};

ExitStatus transform_command(const TransformArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
