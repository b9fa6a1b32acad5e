#include "cli/help_formatter.hpp"

#include <sstream>
#include <string_view>

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

std::string option_groups(const HelpFormatter& formatter, const CLI::App& app) {
  std::string out;
  for (const std::string& group : app.get_groups()) {
    const auto options = app.get_options([&group](const CLI::Option* candidate) {
      return candidate->get_group() == group && candidate->nonpositional();
    });
    if (group.empty() || options.empty()) continue;
    out += "\n" + group + ":\n";
    for (const CLI::Option* option : options) out += formatter.make_option(option, false);
  }
  return out;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  return app->get_description() + "\n" + make_usage(app, std::move(name)) + make_positionals(app) +
         make_subcommands(app, mode) + option_groups(*this, *app) + "\n" + app->get_footer() + "\n";
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string line = "\nUsage: " + name;
  for (const CLI::Option* option : app->get_options([](const CLI::Option* candidate) {
         return candidate->get_positional() && !candidate->get_group().empty();
       })) {
    const std::string word = option->get_name(true, false);
    line += option->get_default_str().empty() ? " " + word : " [" + word + "]";
  }
  if (!app->get_subcommands({}).empty()) line += " COMMAND";
  return line + " [OPTIONS]\n";
}

std::string HelpFormatter::make_positionals(const CLI::App* app) const {
  std::string out;
  for (const CLI::Option* option : app->get_options([](const CLI::Option* candidate) {
         return candidate->get_positional() && !candidate->get_group().empty();
       })) {
    out += make_option(option, true);
  }
  return out.empty() ? out : "\n" + out;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string left = option->get_name(is_positional, !is_positional);
  const std::size_t comma = left.find(',');
  if (comma != std::string::npos) left.insert(comma + 1, " ");
  if (!is_positional && option->get_type_size() != 0 && !option->get_type_name().empty()) {
    left += " " + option->get_type_name();
  }
  std::string description = option->get_description();
  if (!option->get_default_str().empty()) description += " [" + option->get_default_str() + "]";
  return two_columns(std::move(left), description);
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return two_columns(command->get_name(), command->get_description());
}

}  // namespace nonneg::cli
