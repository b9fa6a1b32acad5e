// SPDX-License-Identifier: Apache-2.0
/// From the text of an option's value to the value, with messages that name the option, the text
/// and what is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nonneg::cli {

/// The values of "hals|mu", in that order; one value where there is no '|'.
std::vector<std::string> choices_of(std::string_view type_name);

/// Reads a whole number or a finite decimal number; all of the text must be used. Throws
/// InvalidArgument naming `option`.
std::int64_t parse_integer(std::string_view option, std::string_view text);
std::uint64_t parse_unsigned(std::string_view option, std::string_view text);
double parse_decimal(std::string_view option, std::string_view text);

/// The option's entry among `choices`. Throws InvalidArgument with the nearest one.
std::size_t parse_choice(std::string_view option, std::string_view text,
                         const std::vector<std::string>& choices);

/// Returns the parts of a list with commas: "1,10,100".
std::vector<std::string_view> parts_of_list(std::string_view list);

/// Returns the names in a list with commas between. One that holds a comma is in double quotes, as
/// in a .csv file: a,"b,c",d.
std::vector<std::string> names_of_list(std::string_view list);

}  // namespace nonneg::cli
