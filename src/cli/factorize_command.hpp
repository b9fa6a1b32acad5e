/// nonneg factorize
#pragma once

#include <string>

#include "cli/data_options.hpp"
#include "cli/factorization.hpp"
#include "cli/run_watch.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {

struct FactorizeArguments {
  std::string input;
  /// Which matrix of the file, and the names of its rows and columns.
  OpenOptions open;
  Options options;
  /// Whether --init was given, and not left to follow from --init-w and --init-h.
  bool init_given = false;
  std::string init_w;
  std::string init_h;
  std::string out;
  bool overwrite = false;
  Reporting reporting;
  WatchArguments watch;
  DataArguments data;
};

ExitStatus factorize_command(FactorizeArguments arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
