// SPDX-License-Identifier: Apache-2.0
#include "cli/options/help_page.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace nonneg::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kDescriptionColumn = 26;

std::string two_columns(std::string left, std::string_view description) {
  std::string out = "  " + std::move(left);
  std::size_t column = out.size();
  const auto start_line = [&] {
    out += "\n" + std::string(kDescriptionColumn, ' ');
    column = kDescriptionColumn;
  };
  if (column + 2 > kDescriptionColumn) {
    start_line();
  } else {
    out.append(kDescriptionColumn - column, ' ');
    column = kDescriptionColumn;
  }
  std::istringstream words{std::string(description)};
  bool first = true;
  for (std::string word; words >> word; first = false) {
    if (!first && column + 1 + word.size() > kColumns) {
      start_line();
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out + "\n";
}

std::string option_lines(const Option& option) {
  std::string left = option.names;
  const std::size_t comma = left.find(',');
  if (comma != std::string::npos) left.insert(comma + 1, " ");
  if (!option.positional() && !option.type.empty()) left += " " + option.type;
  std::string description = option.description;
  if (!option.default_text.empty()) description += " [" + option.default_text + "]";
  return two_columns(std::move(left), description);
}

std::string usage_line(const Command* command, const std::vector<Option>& options) {
  std::string line = "\nUsage: " + full_name(command);
  for (const Option& option : options) {
    if (!option.positional()) continue;
    line += option.default_text.empty() ? " " + option.names : " [" + option.names + "]";
  }
  if (command == nullptr) line += " COMMAND";
  return line + " [OPTIONS]\n";
}

std::string positional_lines(const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options) {
    if (option.positional()) out += option_lines(option);
  }
  return out.empty() ? out : "\n" + out;
}

std::string command_lines(const Program& program) {
  std::string out = "\nCommands:\n";
  for (const Command& command : program.commands) {
    out += two_columns(command.name, command.description);
  }
  return out;
}

/// Groups in the order in which each first comes up.
std::string option_groups(const std::vector<Option>& options) {
  std::vector<std::pair<std::string, std::string>> groups;
  for (const Option& option : options) {
    if (option.positional()) continue;
    const auto same = [&option](const auto& group) { return group.first == option.group; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(group, {option.group, {}});
    group->second += option_lines(option);
  }
  std::string out;
  for (const auto& [name, lines] : groups) {
    out.append("\n").append(name).append(":\n").append(lines);
  }
  return out;
}

}  // namespace

std::string help_page(const Program& program, const Command* command) {
  const std::vector<Option> options =
      command == nullptr ? Program::options() : command->all_options();
  return (command == nullptr ? program.description : command->description) + "\n" +
         usage_line(command, options) + positional_lines(options) +
         (command == nullptr ? command_lines(program) : std::string()) + option_groups(options) +
         "\nExamples:\n" + (command == nullptr ? program.examples : command->examples) + "\n";
}

}  // namespace nonneg::cli
