/// nonneg view
#pragma once

#include <optional>
#include <string>

#include "cli/exit_status.hpp"
#include "cli/interrupt.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

struct ViewArguments {
  std::string directory;
  std::optional<Index> port;
  std::string host = "127.0.0.1";
};

/// Serves until Ctrl-C, and follows the directory while it grows.
ExitStatus view_command(const ViewArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
