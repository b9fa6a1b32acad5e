// SPDX-License-Identifier: Apache-2.0
/// Help pages of 80 columns.
#pragma once

#include <string>

#include "cli/options/command.hpp"

namespace nonneg::cli {

/// Returns the page of `command`, or of nonneg itself where it is null. Options are in two columns,
/// the second broken into lines at words; defaults in brackets at its end.
std::string help_page(const Program& program, const Command* command);

}  // namespace nonneg::cli
