// SPDX-License-Identifier: Apache-2.0
/// Numbers in text, and text in messages.
#pragma once

#include <string>
#include <string_view>

namespace nonneg::io {

/// Returns the text without the blanks at both ends: spaces, tabs, carriage returns.
std::string_view trimmed(std::string_view text) noexcept;

/// Returns the text without UTF-8's byte order mark, where it begins with one.
std::string_view without_byte_order_mark(std::string_view text) noexcept;

/// Returns the text as a message shows it: in double quotes, shortened, with '?' for each byte that
/// is not to be printed.
std::string quote_cell(std::string_view text);

enum class NumberError { none, not_a_number, too_large };

/// A number at the start of [first, last), and where it ends. It is the same in every locale:
/// "1e-3", "+1", ".5", "nan", "inf". What is too small for float64 becomes 0.
struct ParsedNumber {
  double value = 0;
  const char* end = nullptr;
  NumberError error = NumberError::none;
};
ParsedNumber parse_number(const char* first, const char* last) noexcept;

/// The same where the decimal point is `decimal`; "1.5" is no number where that is ','.
ParsedNumber parse_decimal(const char* first, const char* last, char decimal) noexcept;
inline ParsedNumber parse_number(const char* first, const char* last, char decimal) noexcept {
  return decimal == '.' ? parse_number(first, last) : parse_decimal(first, last, decimal);
}

/// Returns whether the whole of `text` is a number, even one too large for float64.
bool is_number(std::string_view text, char decimal = '.') noexcept;

}  // namespace nonneg::io
