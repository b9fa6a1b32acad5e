// SPDX-License-Identifier: Apache-2.0
/// What the command tells the shell.
#pragma once

#include <exception>

namespace nonneg::cli {

enum class ExitStatus : int {
  success = 0,
  /// A fault of the command itself.
  internal_error = 1,
  bad_usage = 2,
  not_available = 3,
  out_of_memory = 4,
  device_failed = 5,
  io_failed = 6,
  /// 128 + SIGINT, as shells have it.
  interrupted = 130
};

/// Says the error on standard error in one line, "nonneg: ...", and returns its status.
ExitStatus say_error(const std::exception_ptr& error) noexcept;

}  // namespace nonneg::cli
