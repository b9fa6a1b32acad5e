// SPDX-License-Identifier: Apache-2.0
#include "cli/options/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "nonneg/version.hpp"

namespace nonneg::cli {
namespace {

/// Text as roff prints it: no sign of it is a command, and its dashes are those one types.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string page_name(const Command* command) {
  return command == nullptr ? "nonneg" : "nonneg-" + command->name;
}

std::string synopsis(const Command* command, const std::vector<Option>& options) {
  std::string line = bold(full_name(command));
  if (command == nullptr) line += " " + italic("COMMAND");
  for (const Option& option : options) {
    if (!option.positional()) continue;
    const std::string name = italic(option.names);
    line += option.default_text.empty() ? " " + name : " [" + name + "]";
  }
  return line + " [" + italic("OPTIONS") + "]\n";
}

/// A paragraph of an option, with its tag.
std::string entry(const Option& option) {
  std::string tag;
  std::string_view names = option.names;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    tag += (tag.empty() ? "" : ", ") + (option.positional() ? italic(name) : bold(name));
  }
  if (!option.positional() && !option.type.empty()) tag += " " + italic(option.type);
  std::string text = escaped(option.description);
  if (!option.default_text.empty()) text += " [" + escaped(option.default_text) + "]";
  return ".TP\n" + tag + "\n" + text + "\n";
}

std::string option_sections(const std::vector<Option>& options) {
  std::string positionals;
  std::vector<std::pair<std::string, std::string>> groups;
  for (const Option& option : options) {
    if (option.positional()) {
      positionals += entry(option);
      continue;
    }
    const auto same = [&option](const auto& group) { return group.first == option.group; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(group, {option.group, {}});
    group->second += entry(option);
  }
  std::string out = positionals.empty() ? "" : ".SH ARGUMENTS\n" + positionals;
  out += ".SH OPTIONS\n";
  for (const auto& [name, entries] : groups) out += ".SS " + escaped(name) + "\n" + entries;
  return out;
}

std::string exit_statuses() {
  const std::vector<std::pair<ExitStatus, std::string_view>> meanings{
      {ExitStatus::success, "The work is done."},
      {ExitStatus::internal_error, "A fault of nonneg itself."},
      {ExitStatus::bad_usage, "The command line or the data is wrong; the error says how."},
      {ExitStatus::not_available, "Something that was asked for is not there, such as a GPU."},
      {ExitStatus::out_of_memory, "Memory or threads cannot be had."},
      {ExitStatus::device_failed, "A device failed."},
      {ExitStatus::io_failed, "A file cannot be read or written."},
      {ExitStatus::interrupted, "Stopped on request; a run that had begun kept its factors."}};
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [status, meaning] : meanings) {
    out += fmt::format(".TP\n{}\n{}\n", static_cast<int>(status), escaped(meaning));
  }
  return out;
}

}  // namespace

std::string man_page(const Program& program, const Command* command) {
  const std::string& description = command == nullptr ? program.description : command->description;
  std::string out = fmt::format(".TH {} 1 \"\" \"nonneg {}\" \"User Commands\"\n",
                                escaped(page_name(command)), version());
  out += ".SH NAME\n" + escaped(page_name(command)) + " \\- " + escaped(description) + "\n";
  const std::vector<Option> options =
      command == nullptr ? Program::options() : command->all_options();
  out += ".SH SYNOPSIS\n" + synopsis(command, options);
  if (command == nullptr) {
    out += ".SH COMMANDS\n";
    for (const Command& each : program.commands) {
      out += ".TP\n" + bold(each.name) + "\n" + escaped(each.description) + "; see " +
             bold(page_name(&each)) + "(1)\n";
    }
  }
  out += option_sections(options);
  out += ".SH EXAMPLES\n.nf\n" +
         escaped(command == nullptr ? program.examples : command->examples) + "\n.fi\n";
  out += exit_statuses();
  return out + (command == nullptr ? std::string() : ".SH SEE ALSO\n" + bold("nonneg") + "(1)\n");
}

}  // namespace nonneg::cli
