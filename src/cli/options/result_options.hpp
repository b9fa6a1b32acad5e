// SPDX-License-Identifier: Apache-2.0
/// Options of several commands: where results go, and how the user is told.
#pragma once

#include <string>

#include "cli/options/option_table.hpp"
#include "io/output_path.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

/// How the user wants to be told.
struct Telling {
  /// Nothing on standard error but errors, and no summary.
  bool quiet = false;
  /// One JSON object on standard output instead of a summary.
  bool json = false;
};

/// Declares --json.
void add_json(OptionTable& table, bool& json);
/// Declares --quiet and --json.
void add_telling(OptionTable& table, Telling& telling);

/// Declares --rank; `given` becomes true where it is there.
void add_rank(OptionTable& table, Index& rank, bool& given);

/// Declares --out, a directory for a run.
void add_out_directory(OptionTable& table, std::string& out, bool required);
/// Declares --out, an .npy file for `what`, and --overwrite.
void add_out_file(OptionTable& table, std::string& out, bool& overwrite, const std::string& what);

/// Returns what messages call an option, such as "--out", that says where results go.
io::OutputNames output_names(const std::string& option);

}  // namespace nonneg::cli
