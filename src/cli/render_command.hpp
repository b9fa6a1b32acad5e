/// nonneg render
#pragma once

#include <string>

#include "cli/factorization.hpp"

namespace nonneg::cli {

struct RenderArguments {
  std::string snapshots;
  /// Empty: beside the snapshots.
  std::string out;
  bool overwrite = false;
  std::string image_shape;
  std::string size;
  std::string formats = "gif,png";
  Reporting reporting;
};

ExitStatus render_command(const RenderArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
