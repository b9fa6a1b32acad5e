// SPDX-License-Identifier: Apache-2.0
/// From a command line to a command whose fields are filled.
#pragma once

#include <string>

#include "cli/options/command.hpp"

namespace nonneg::cli {

/// What a command line asks for: a command or, where it is null, a text.
struct Request {
  /// One of the program's; its fields are filled.
  const Command* command = nullptr;
  /// A help page, or the version.
  std::string text;
};

/// Reads the command line by CLI11, whose header command_line.cpp alone includes. Throws
/// InvalidArgument with what is wrong.
Request read_command_line(const Program& program, int argc, const char* const* argv);

}  // namespace nonneg::cli
