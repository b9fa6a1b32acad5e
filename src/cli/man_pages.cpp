// SPDX-License-Identifier: Apache-2.0
// nonneg_man_pages DIRECTORY: writes the manual pages of the command there. It runs when nonneg is
// built.
#include <exception>
#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/options/man_page.hpp"
#include "cli/output/console.hpp"
#include "cli/output/exit_status.hpp"
#include "io/output_file.hpp"

namespace cli = nonneg::cli;

int main(int argc, char** argv) {
  try {
    if (argc != 2) return static_cast<int>(cli::ExitStatus::bad_usage);
    const std::filesystem::path directory = argv[1];
    const cli::Program program = cli::make_program();
    nonneg::io::write_file(directory / "nonneg.1", cli::man_page(program, nullptr));
    for (const cli::Command& command : program.commands) {
      nonneg::io::write_file(directory / ("nonneg-" + command.name + ".1"),
                             cli::man_page(program, &command));
    }
    return 0;
  } catch (...) {
    return static_cast<int>(cli::say_error(std::current_exception()));
  }
}
