// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"

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

struct Offer {
  std::string name;
  std::string description;
  std::vector<Slot> slots;
};

Slot slot_of(const Option& option) {
  Slot slot;
  slot.option = option.long_name();
  slot.description = option.description;
  slot.takes_value = !option.type.empty();
  slot.file = option.type == "FILE";
  slot.directory = option.type == "DIR";
  if (option.type.find('|') != std::string::npos) slot.choices = choices_of(option.type);
  return slot;
}

std::vector<Offer> offers_of(const Program& program) {
  std::vector<Offer> offers;
  for (const Command& command : program.commands) {
    Offer offer{command.name, command.description, {}};
    for (const Option& option : command.all_options()) offer.slots.push_back(slot_of(option));
    offers.push_back(std::move(offer));
  }
  return offers;
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

std::string bash_script(const std::vector<Offer>& offers) {
  std::vector<std::string> names;
  std::string cases;
  for (const Offer& offer : offers) {
    names.push_back(offer.name);
    std::vector<std::string> options;
    std::string values;
    std::string positional = "COMPREPLY=()";
    for (const Slot& slot : offer.slots) {
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
        offer.name + ")", values, join(options), positional);
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

std::string zsh_script(const std::vector<Offer>& offers) {
  std::string names;
  std::string cases;
  for (const Offer& offer : offers) {
    names += fmt::format("    '{}:{}'\n", offer.name, zsh_text(offer.description));
    std::string specs;
    for (const Slot& slot : offer.slots) {
      if (slot.option.empty()) {
        specs += fmt::format(" \\\n        ':argument:{}'", zsh_action(slot));
      } else {
        specs += fmt::format(" \\\n        '{}[{}]{}'", slot.option, zsh_text(slot.description),
                             slot.takes_value ? ":value:" + zsh_action(slot) : "");
      }
    }
    cases += fmt::format("    {})\n      _arguments{} ;;\n", offer.name, specs);
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

std::string fish_script(const std::vector<Offer>& offers) {
  std::string out =
      "# fish completion for nonneg: nonneg completion fish | source\n"
      "complete -c nonneg -f\n"
      "complete -c nonneg -n __fish_use_subcommand -l help -d 'help'\n"
      "complete -c nonneg -n __fish_use_subcommand -l version -d 'version'\n";
  for (const Offer& offer : offers) {
    out += fmt::format("complete -c nonneg -n __fish_use_subcommand -a {} -d '{}'\n", offer.name,
                       fish_text(offer.description));
    const std::string in_command = fmt::format("'__fish_seen_subcommand_from {}'", offer.name);
    for (const Slot& slot : offer.slots) {
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

std::string script(const std::string& shell) {
  const std::vector<Offer> offers = offers_of(make_program());
  switch (parse_choice("completion", shell, {"bash", "zsh", "fish"})) {
    case 0:
      return bash_script(offers);
    case 1:
      return zsh_script(offers);
    default:
      return fish_script(offers);
  }
}

ExitStatus execute(const std::string& shell) {
  if (shell.empty()) missing("completion", "SHELL (bash, zsh or fish)");
  print(script(shell));
  return ExitStatus::success;
}

}  // namespace

Command completion_command() {
  const auto shell = std::make_shared<std::string>();
  Command command{"completion", "Print a completion script for a shell"};
  command.options.text("SHELL", *shell, "bash|zsh|fish", "bash, zsh or fish");
  command.examples =
      "  source <(nonneg completion bash)\n"
      "  nonneg completion zsh > ~/.zfunc/_nonneg\n"
      "  nonneg completion fish > ~/.config/fish/completions/nonneg.fish";
  command.run = [shell](Interrupt&) { return execute(*shell); };
  return command;
}

}  // namespace nonneg::cli
