// SPDX-License-Identifier: Apache-2.0
/// Manual pages, for man.
#pragma once

#include <string>

#include "cli/options/command.hpp"

namespace nonneg::cli {

/// Returns the page of `command`, or of nonneg itself where it is null, in roff's man macros: of
/// the same tables as its help page.
std::string man_page(const Program& program, const Command* command);

}  // namespace nonneg::cli
