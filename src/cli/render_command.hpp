/// nonneg render
#pragma once

#include <string>
#include <vector>

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
  bool no_report = false;
  Reporting reporting;
};

/// Draws the pictures and the report. Returns their paths.
std::vector<std::string> render_snapshots(const RenderArguments& arguments, Interrupt& interrupt);

ExitStatus render_command(const RenderArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
