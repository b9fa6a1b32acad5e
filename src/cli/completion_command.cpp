#include "cli/completion_command.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

#include "cli/console.hpp"
#include "cli/option_table.hpp"
#include "cli/usage.hpp"

namespace nonneg::cli {
namespace {

/// What follows an option or stands in a positional's place.
struct Slot {
  /// "--rank", or empty for the positional.
  std::string option;
  std::string description;
  bool takes_value = false;
  bool file = false;
  bool directory = false;
  std::vector<std::string> choices;
};

struct Command {
  std::string name;
  std::string description;
  std::vector<Slot> slots;
};

Slot slot_of(const CLI::Option& option) {
  Slot slot;
  if (option.nonpositional()) slot.option = "--" + option.get_lnames().front();
  slot.description = option.get_description();
  slot.takes_value = option.get_type_size() != 0;
  const std::string type = option.get_type_name();
  slot.file = slot.takes_value && type == "FILE";
  slot.directory = slot.takes_value && type == "DIR";
  if (type.find('|') != std::string::npos) slot.choices = choices_of(type);
  return slot;
}

std::vector<Command> commands_of(const CLI::App& app) {
  std::vector<Command> commands;
  for (const CLI::App* sub : app.get_subcommands({})) {
    Command command{sub->get_name(), sub->get_description(), {}};
    for (const CLI::Option* option : sub->get_options()) {
      command.slots.push_back(slot_of(*option));
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string bash_values(const Slot& slot) {
  if (!slot.choices.empty()) {
    return fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))", join(slot.choices));
  }
  if (slot.directory) return "COMPREPLY=($(compgen -d -- \"$cur\"))";
  if (slot.file) return "COMPREPLY=($(compgen -f -- \"$cur\"))";
  return "COMPREPLY=()";
}

std::string bash_script(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  std::string cases;
  for (const Command& command : commands) {
    names.push_back(command.name);
    std::vector<std::string> options;
    std::string values;
    std::string positional = "COMPREPLY=()";
    for (const Slot& slot : command.slots) {
      if (slot.option.empty()) {
        positional = bash_values(slot);
        continue;
      }
      options.push_back(slot.option);
      if (slot.takes_value) {
        values += fmt::format("        {}) {}; return ;;\n", slot.option, bash_values(slot));
      }
    }
    cases += fmt::format(
        "    {}\n      case \"$prev\" in\n{}      esac\n      if [[ $cur == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n      else\n        {}\n      fi "
        ";;\n",
        command.name + ")", values, join(options), positional);
  }
  return fmt::format(
      "# bash completion for nonneg: source <(nonneg completion bash)\n"
      "_nonneg() {{\n"
      "  local cur=\"${{COMP_WORDS[COMP_CWORD]}}\" prev=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
      "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$cur\"))\n    return\n  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n}}\n"
      "complete -o filenames -F _nonneg nonneg\n",
      join(names), cases);
}

/// Inside single quotes of _arguments, where brackets and colons mean something.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const Slot& slot) {
  if (!slot.choices.empty()) return fmt::format("({})", join(slot.choices));
  if (slot.directory) return "_files -/";
  if (slot.file) return "_files";
  return " ";
}

std::string zsh_script(const std::vector<Command>& commands) {
  std::string names;
  std::string cases;
  for (const Command& command : commands) {
    names += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.description));
    std::string specs;
    for (const Slot& slot : command.slots) {
      if (slot.option.empty()) {
        specs += fmt::format(" \\\n        ':argument:{}'", zsh_action(slot));
      } else {
        specs += fmt::format(" \\\n        '{}[{}]{}'", slot.option, zsh_text(slot.description),
                             slot.takes_value ? ":value:" + zsh_action(slot) : "");
      }
    }
    cases += fmt::format("    {})\n      _arguments{} ;;\n", command.name, specs);
  }
  return fmt::format(
      "#compdef nonneg\n# zsh completion for nonneg: a file _nonneg on $fpath, or\n"
      "# source <(nonneg completion zsh)\n"
      "_nonneg() {{\n  local -a commands\n  commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n"
      "    _arguments '--help[help]' '--version[version]'\n    return\n  fi\n"
      "  local command=${{words[2]}}\n  shift words\n  (( CURRENT-- ))\n"
      "  case $command in\n{}  esac\n}}\n"
      "if [ \"$funcstack[1]\" = _nonneg ]; then _nonneg \"$@\"; else compdef _nonneg nonneg; fi\n",
      names, cases);
}

std::string fish_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string fish_script(const std::vector<Command>& commands) {
  std::string out =
      "# fish completion for nonneg: nonneg completion fish | source\n"
      "complete -c nonneg -f\n"
      "complete -c nonneg -n __fish_use_subcommand -l help -d 'help'\n"
      "complete -c nonneg -n __fish_use_subcommand -l version -d 'version'\n";
  for (const Command& command : commands) {
    out += fmt::format("complete -c nonneg -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                       fish_text(command.description));
    const std::string in_command = fmt::format("'__fish_seen_subcommand_from {}'", command.name);
    for (const Slot& slot : command.slots) {
      out += "complete -c nonneg -n " + in_command;
      if (!slot.option.empty()) {
        out += fmt::format(" -l {} -d '{}'", slot.option.substr(2), fish_text(slot.description));
      }
      if (slot.takes_value && !slot.option.empty()) out += " -r";
      if (!slot.choices.empty()) {
        out += fmt::format(" -a '{}'", join(slot.choices));
      } else if (slot.directory) {
        out += " -a '(__fish_complete_directories)'";
      } else if (slot.file) {
        out += " -F";
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const std::string& shell, const CLI::App& app) {
  const std::vector<std::string> shells{"bash", "zsh", "fish"};
  const std::vector<Command> commands = commands_of(app);
  switch (parse_choice("completion", shell, shells)) {
    case 0:
      return bash_script(commands);
    case 1:
      return zsh_script(commands);
    default:
      return fish_script(commands);
  }
}

ExitStatus completion_command(const std::string& shell, const CLI::App& app) {
  if (shell.empty()) missing("completion", "SHELL (bash, zsh or fish)");
  print(completion_script(shell, app));
  return ExitStatus::success;
}

}  // namespace nonneg::cli
