// SPDX-License-Identifier: Apache-2.0
#include "cli/app.hpp"

#include <exception>

#include "cli/commands/commands.hpp"
#include "cli/commands/interrupt.hpp"
#include "cli/memory_reserve.hpp"
#include "cli/options/command_line.hpp"
#include "cli/output/console.hpp"
#include "cli/output/exit_status.hpp"

namespace nonneg::cli {

int run(int argc, char** argv) noexcept {
  occupy_standard_streams();
  keep_memory_reserve();
  try {
    Interrupt interrupt;
    const Program program = make_program();
    const Request request = read_command_line(program, argc, argv);
    if (request.command != nullptr) return static_cast<int>(request.command->run(interrupt));
    print(request.text);
    return static_cast<int>(ExitStatus::success);
  } catch (...) {
    return static_cast<int>(say_error(std::current_exception()));
  }
}

}  // namespace nonneg::cli
