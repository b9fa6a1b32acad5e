// SPDX-License-Identifier: Apache-2.0
/// What is wrong with a command line, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/command.hpp"

namespace nonneg::cli {

/// Arguments that no option or positional took.
struct Unused {
  /// Before a command was named.
  std::vector<std::string> by_program;
  std::vector<std::string> by_command;
};

/// Throws InvalidArgument for the first argument that is unused, with the nearest right one; and
/// where no command was named: `command` is null.
void check_arguments(const Program& program, const Command* command, const Unused& unused);

/// Throws InvalidArgument, "factorize: --rank is missing; ...", where `value` is empty.
void require_value(std::string_view command, std::string_view name, const std::string& value);
/// As above, with its own test.
[[noreturn]] void missing(std::string_view command, std::string_view name);

}  // namespace nonneg::cli
