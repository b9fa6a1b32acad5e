// SPDX-License-Identifier: Apache-2.0
/// The library's names of options, as the command's user knows them.
#pragma once

#include <string>
#include <string_view>

namespace nonneg::cli {

/// Returns a message of the library's with its options as flags: "max_iterations = 0" is
/// "--max-iterations 0", and "raise max_iterations" is "raise --max-iterations". A name of one
/// word, which may be a word like any other, is an option where " = " follows. What stands in
/// quotation marks, or is a part of a path, stays.
std::string with_flags(std::string_view message);

}  // namespace nonneg::cli
