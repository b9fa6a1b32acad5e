/// nonneg plan
#pragma once

#include <string>

#include "cli/factorization.hpp"

namespace nonneg::cli {

struct PlanArguments {
  std::string input;
  Options options;
  bool json = false;
};

ExitStatus plan_command(const PlanArguments& arguments);

}  // namespace nonneg::cli
