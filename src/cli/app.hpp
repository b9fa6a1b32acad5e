// SPDX-License-Identifier: Apache-2.0
/// The command nonneg.
#pragma once

#include "cli/options/command.hpp"

namespace nonneg::cli {

/// The commands with their options.
Program make_program();

/// The whole command: parses, runs, reports errors. Returns the exit status.
int run(int argc, char** argv) noexcept;

}  // namespace nonneg::cli
