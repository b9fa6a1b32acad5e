/// nonneg info
#pragma once

#include "cli/exit_status.hpp"

namespace nonneg::cli {

ExitStatus info_command(bool json);

}  // namespace nonneg::cli
