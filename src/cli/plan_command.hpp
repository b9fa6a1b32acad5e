/// nonneg plan
#pragma once

#include <string>

#include "cli/factorization.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {

struct PlanArguments {
  std::string input;
  OpenOptions open;
  Options options;
  DataArguments data;
  bool json = false;
};

ExitStatus plan_command(const PlanArguments& arguments);

}  // namespace nonneg::cli
