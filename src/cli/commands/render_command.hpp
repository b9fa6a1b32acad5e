// SPDX-License-Identifier: Apache-2.0
/// The pictures and the report of a run's snapshots.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/factorization.hpp"

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
  Telling telling;
};

/// Paths of what was drawn; `report` is empty where there is none.
struct Rendered {
  std::vector<std::string> pictures;
  std::string report;
};

/// Draws the pictures and writes the report.
Rendered render_snapshots(const RenderArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
