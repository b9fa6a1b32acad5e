// SPDX-License-Identifier: Apache-2.0
#include "cli/options/command.hpp"

namespace nonneg::cli {
namespace {

Option general(const std::string& names, const std::string& description) {
  Option option;
  option.names = names;
  option.description = description;
  option.group = "General";
  return option;
}

Option help() { return general("-h,--help", "Show this page"); }

}  // namespace

std::vector<Option> Command::all_options() const {
  std::vector<Option> all = options.options();
  all.push_back(help());
  return all;
}

std::vector<Option> Program::options() {
  return {general("--version", "Show the version"), help()};
}

std::string full_name(const Command* command) {
  return command == nullptr ? "nonneg" : "nonneg " + command->name;
}

}  // namespace nonneg::cli
