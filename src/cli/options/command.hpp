// SPDX-License-Identifier: Apache-2.0
/// A command of nonneg: its options, and what it does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options/option_table.hpp"
#include "cli/output/exit_status.hpp"

namespace nonneg::cli {

class Interrupt;

struct Command {
  /// Such as "factorize".
  std::string name;
  std::string description;
  /// Their fields belong to `run`, and live as long as it does.
  OptionTable options{};
  /// Lines at the end of its help page.
  std::string examples{};
  /// Does what the fields say.
  std::function<ExitStatus(Interrupt&)> run{};

  /// Returns its own options, and then --help, which every command has.
  std::vector<Option> all_options() const;
};

/// nonneg itself.
struct Program {
  std::string description;
  std::string examples;
  std::vector<Command> commands;

  /// Returns those that stand before any command: --version and --help.
  static std::vector<Option> options();
};

/// Returns "nonneg factorize", or "nonneg" where `command` is null.
std::string full_name(const Command* command);

}  // namespace nonneg::cli
