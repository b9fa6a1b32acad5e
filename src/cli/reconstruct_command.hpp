/// nonneg reconstruct
#pragma once

#include <string>

#include "cli/factorization.hpp"

namespace nonneg::cli {

struct ReconstructArguments {
  std::string model;
  std::string out;
  bool overwrite = false;
  Reporting reporting;
};

ExitStatus reconstruct_command(const ReconstructArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
