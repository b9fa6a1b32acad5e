/// What the command tells the shell.
#pragma once

#include <exception>

namespace nonneg::cli {

enum ExitStatus : int {
  kSuccess = 0,
  /// A fault of the command itself.
  kInternalError = 1,
  kBadUsage = 2,
  kNotAvailable = 3,
  kOutOfMemory = 4,
  kDeviceFailed = 5,
  kIoFailed = 6,
  /// 128 + SIGINT, as shells have it.
  kInterrupted = 130
};

/// Says the error on standard error in one line, "nonneg: ...", and returns its status.
ExitStatus report(const std::exception_ptr& error) noexcept;

}  // namespace nonneg::cli
