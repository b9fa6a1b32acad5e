/// nonneg completion
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/exit_status.hpp"

namespace nonneg::cli {

/// Prints a completion script for "bash", "zsh" or "fish", made from the options of `app`.
ExitStatus completion_command(const std::string& shell, const CLI::App& app);

/// The script itself.
std::string completion_script(const std::string& shell, const CLI::App& app);

}  // namespace nonneg::cli
