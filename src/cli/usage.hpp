/// What is wrong with a command line, in words.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nonneg::cli {

/// The command that was named on the line, or `app` itself.
const CLI::App& chosen_command(const CLI::App& app);

/// Throws InvalidArgument for the first argument that no option or positional took, with the
/// nearest right one; and where no command was named.
void check_arguments(const CLI::App& app);

/// CLI11's own complaints, such as an option without its value, in our words.
std::string explain(const CLI::ParseError& error, const CLI::App& app);

/// Throws InvalidArgument, "factorize: --rank is missing; ...", where `value` is empty.
void require_value(std::string_view command, std::string_view name, const std::string& value);
/// As above, with its own test.
[[noreturn]] void missing(std::string_view command, std::string_view name);

}  // namespace nonneg::cli
