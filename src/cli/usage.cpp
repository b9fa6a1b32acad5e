#include "cli/usage.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "cli/suggestion.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string full_name(const CLI::App& command) {
  return command.get_parent() == nullptr ? "nonneg" : "nonneg " + command.get_name();
}

[[noreturn]] void refuse_option(const std::string& argument, const CLI::App& command) {
  const std::string option = argument.substr(0, argument.find('='));
  const std::string hint = did_you_mean(option, option_names(command));
  throw InvalidArgument(
      fmt::format("unknown option {}{}", option,
                  hint.empty() ? "; see " + full_name(command) + " --help" : hint));
}

}  // namespace

const CLI::App& chosen_command(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

void check_arguments(const CLI::App& app) {
  const CLI::App& command = chosen_command(app);
  for (const CLI::App* level : {&app, &command}) {
    const std::vector<std::string> unused = level->remaining();
    if (unused.empty()) continue;
    for (const std::string& argument : unused) {
      if (argument.size() > 1 && argument.front() == '-') refuse_option(argument, *level);
    }
    if (&command == &app) {
      const auto names = command_names(app);
      throw InvalidArgument(fmt::format("unknown command {}{}", unused.front(),
                                        nearest(unused.front(), names)
                                            ? did_you_mean(unused.front(), names)
                                            : "; see nonneg --help"));
    }
    throw InvalidArgument(fmt::format("{} takes no argument {} here; see {} --help",
                                      full_name(*level), unused.front(), full_name(*level)));
  }
  if (&command == &app) throw InvalidArgument("no command was given; see nonneg --help");
}

std::string explain(const CLI::ParseError& error, const CLI::App& app) {
  std::string message = error.what();
  const std::string name = message.substr(0, message.find(':'));
  const std::string see = "; see " + full_name(chosen_command(app)) + " --help";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    if (message.find("At Most") != std::string::npos) return name + " was given more than once";
    if (message.ends_with("missing")) return name + " needs a value" + see;
    return message + see;
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    constexpr std::string_view kExcludes = " excludes ";
    const std::size_t at = message.find(kExcludes);
    if (at != std::string::npos) message.replace(at, kExcludes.size(), " and ");
    return message + ": give one of them";
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    return name + ": takes no such value" + see;
  }
  return message + see;
}

void missing(std::string_view command, std::string_view name) {
  throw InvalidArgument(
      fmt::format("{}: {} is missing; see nonneg {} --help", command, name, command));
}

void require_value(std::string_view command, std::string_view name, const std::string& value) {
  if (value.empty()) missing(command, name);
}

}  // namespace nonneg::cli
