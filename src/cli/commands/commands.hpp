// SPDX-License-Identifier: Apache-2.0
/// The commands of nonneg. Each makes its options beside the code that reads them.
#pragma once

#include "cli/options/command.hpp"

namespace nonneg::cli {

Command factorize_command();
Command transform_command();
Command reconstruct_command();
Command match_command();
Command render_command();
Command plan_command();
Command view_command();
Command bench_command();
Command info_command();
Command demo_command();
Command completion_command();

/// Makes nonneg with all of them. A program's fields are its own: another one has others.
Program make_program();

}  // namespace nonneg::cli
