/// nonneg transform
#pragma once

#include <optional>
#include <string>

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
  /// Options given on the command line; algorithm and the penalties on W are the model's otherwise.
  Options options;
  bool algorithm_given = false;
  std::optional<double> l1_w;
  std::optional<double> l2_w;
};

ExitStatus transform_command(const TransformArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
