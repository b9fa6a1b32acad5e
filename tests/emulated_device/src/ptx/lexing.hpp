// SPDX-License-Identifier: Apache-2.0
// Splitting PTX text: words, lists, comments, literals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types.hpp"

namespace nonneg::emulated::ptx {

bool is_space(char c);
/// A character of an identifier: letters, digits, _ $ %.
bool is_identifier(char c);

std::string trim(std::string_view text);
/// Splits at commas outside of (), [] and {}.
std::vector<std::string> split_list(std::string_view text);
std::vector<std::string> split_words(std::string_view text);
/// Removes // and /* */ comments, keeping line ends.
std::string without_comments(std::string_view text);

/// A number as PTX writes it (decimal, 0x, 0b, 0f and 0d bit patterns, WARP_SZ) as register bits of
/// type t.
std::optional<std::uint64_t> literal(std::string_view text, Type t);
/// Like literal, 0 where it is none.
std::uint64_t literal_or_zero(std::string_view text, Type t);

}  // namespace nonneg::emulated::ptx
