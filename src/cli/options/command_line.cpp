// SPDX-License-Identifier: Apache-2.0
#include "cli/options/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "cli/options/help_page.hpp"
#include "cli/options/usage.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"

namespace nonneg::cli {
namespace {

/// What CLI11 has to know of an option to read it; help pages are ours. `option` must outlive
/// `app`.
void add(CLI::App& app, const Option& option) {
  if (option.flag != nullptr) {
    app.add_flag(option.names, *option.flag);
    return;
  }
  const std::string names =
      option.aliases.empty() ? option.names : option.names + "," + option.aliases;
  CLI::Option* added =
      app.add_option_function<std::string>(names, [&option](const std::string& text) {
        if (option.given != nullptr) *option.given = true;
        option.take(text);
      });
  added->type_name(option.type);
  if (option.value_optional) added->expected(0, 1);
}

/// Unused arguments are left for us to name.
void keep_extras(CLI::App& app) {
  app.allow_extras();
  app.set_help_flag("-h,--help");
}

std::unique_ptr<CLI::App> make_app(const Program& program) {
  auto app = std::make_unique<CLI::App>();
  keep_extras(*app);
  app->require_subcommand(0, 1);
  app->set_version_flag("--version", "nonneg " + std::string(version()));
  for (const Command& command : program.commands) {
    CLI::App& added = *app->add_subcommand(command.name);
    keep_extras(added);
    const std::vector<Option>& options = command.options.options();
    for (const Option& option : options) add(added, option);
    for (const Option& option : options) {
      if (option.excludes.empty()) continue;
      added.get_option(option.long_name())->excludes(added.get_option(option.excludes));
    }
  }
  return app;
}

/// The one that was named on the line; null where none was.
const CLI::App* chosen(const CLI::App& app) {
  const auto subcommands = app.get_subcommands();
  return subcommands.empty() ? nullptr : subcommands.front();
}

const Command* chosen_command(const Program& program, const CLI::App& app) {
  const CLI::App* subcommand = chosen(app);
  if (subcommand == nullptr) return nullptr;
  for (const Command& command : program.commands) {
    if (command.name == subcommand->get_name()) return &command;
  }
  return nullptr;
}

/// CLI11's own complaints, such as an option without its value, in our words.
std::string explain(const CLI::ParseError& error, const Command* command) {
  std::string message = error.what();
  const std::string name = message.substr(0, message.find(':'));
  const std::string see = "; see " + full_name(command) + " --help";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    // CLI11 2.4 writes the one, 2.6 the other.
    if (message.find("At Most") != std::string::npos ||
        message.find("At most") != std::string::npos) {
      return name + " was given more than once";
    }
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

}  // namespace

Request read_command_line(const Program& program, int argc, const char* const* argv) {
  const auto app = make_app(program);
  try {
    app->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {nullptr, help_page(program, chosen_command(program, *app))};
  } catch (const CLI::CallForVersion& e) {
    return {nullptr, std::string(e.what()) + "\n"};
  } catch (const CLI::ParseError& e) {
    throw InvalidArgument(explain(e, chosen_command(program, *app)));
  }
  const Command* command = chosen_command(program, *app);
  Unused unused{app->remaining(), {}};
  if (command != nullptr) unused.by_command = chosen(*app)->remaining();
  if (unused.by_program == std::vector<std::string>{"help"}) {
    return {nullptr, help_page(program, command)};
  }
  // "nonneg help nope": the command that is asked about is the one that is not known.
  if (command == nullptr && unused.by_program.size() > 1 && unused.by_program.front() == "help") {
    unused.by_program.erase(unused.by_program.begin());
  }
  check_arguments(program, command, unused);
  return {command, {}};
}

}  // namespace nonneg::cli
