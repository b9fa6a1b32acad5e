// SPDX-License-Identifier: Apache-2.0
/// A comparison as a table of 80 columns, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/bench/comparison.hpp"

namespace nonneg::cli {

/// The tables, without what A is. `cpu` is the processor's name, which may be empty.
std::string comparison_text(const Comparison& comparison, const std::string& cpu);

/// Everything that the tables say, in seconds and bytes, and each time by itself. What stands
/// nowhere is null.
nlohmann::ordered_json comparison_json(const Comparison& comparison, const std::string& cpu);

}  // namespace nonneg::cli
