// SPDX-License-Identifier: Apache-2.0
/// The nearest right word for one that was mistyped.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nonneg::cli {

/// Returns the candidate with the fewest edits (insert, delete, replace, swap of neighbours; letter
/// case is free) from `word`, or of which `word` is a beginning of three letters or more; none
/// where even the nearest shares too little with it. Dashes in front count for nothing.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Returns "; did you mean X?", or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace nonneg::cli
