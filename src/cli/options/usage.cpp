// SPDX-License-Identifier: Apache-2.0
#include "cli/options/usage.hpp"

#include <fmt/format.h>

#include "cli/options/suggestion.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

[[noreturn]] void refuse_option(const std::string& argument, const Command* level) {
  std::vector<std::string> names;
  for (const Option& option : level == nullptr ? Program::options() : level->all_options()) {
    if (!option.positional()) names.push_back(option.long_name());
  }
  const std::string option = argument.substr(0, argument.find('='));
  const std::string hint = did_you_mean(option, names);
  throw InvalidArgument(fmt::format("unknown option {}{}", option,
                                    hint.empty() ? "; see " + full_name(level) + " --help" : hint));
}

[[noreturn]] void refuse_command(const std::string& argument, const Program& program) {
  std::vector<std::string> names;
  for (const Command& command : program.commands) names.push_back(command.name);
  const std::string hint = did_you_mean(argument, names);
  throw InvalidArgument(
      fmt::format("unknown command {}{}", argument, hint.empty() ? "; see nonneg --help" : hint));
}

/// `level` is null before a command was named.
void refuse_options(const std::vector<std::string>& unused, const Command* level) {
  for (const std::string& argument : unused) {
    if (argument.size() > 1 && argument.front() == '-') refuse_option(argument, level);
  }
}

void refuse_words(const std::vector<std::string>& unused, const Command* level) {
  if (unused.empty()) return;
  throw InvalidArgument(fmt::format("{} takes no argument {} here; see {} --help", full_name(level),
                                    unused.front(), full_name(level)));
}

}  // namespace

void check_arguments(const Program& program, const Command* command, const Unused& unused) {
  if (command == nullptr) {
    // What follows an unknown command may be its options.
    for (const std::string& argument : unused.by_program) {
      if (!argument.starts_with('-')) refuse_command(argument, program);
    }
  }
  refuse_options(unused.by_program, nullptr);
  if (command == nullptr) {
    throw InvalidArgument("no command was given; see nonneg --help");
  }
  refuse_words(unused.by_program, nullptr);
  refuse_options(unused.by_command, command);
  refuse_words(unused.by_command, command);
}

void missing(std::string_view command, std::string_view name) {
  throw InvalidArgument(
      fmt::format("{}: {} is missing; see nonneg {} --help", command, name, command));
}

void require_value(std::string_view command, std::string_view name, const std::string& value) {
  if (value.empty()) missing(command, name);
}

}  // namespace nonneg::cli
