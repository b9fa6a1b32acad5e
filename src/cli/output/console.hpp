// SPDX-License-Identifier: Apache-2.0
/// Standard output and standard error.
#pragma once

#include <string>
#include <string_view>

namespace nonneg::cli {

/// Gives each standard stream that was closed before the program began a file from which nothing
/// can be read and to which nothing can be written: else the first file that is opened would get
/// its number, and with it what is said to the user.
void occupy_standard_streams() noexcept;

/// Writes to standard output, unbuffered. Throws IoError, for a full disk or a reader that left.
void print(std::string_view text);
/// Writes to standard error in one piece; failures are ignored, for there is nowhere to say them.
void say(std::string_view text) noexcept;

bool stdout_is_terminal() noexcept;
/// Returns whether a line on standard error can be redrawn.
bool stderr_is_terminal() noexcept;
/// Returns the columns of the terminal on standard error; 80 where they are not known.
int terminal_columns() noexcept;
/// Returns whether the locale's character set is UTF-8.
bool unicode_output() noexcept;

/// Returns "0.35 s", "12 s", "3 min 20 s", "2 h 05 min".
std::string human_seconds(double seconds);

}  // namespace nonneg::cli
