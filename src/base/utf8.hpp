// SPDX-License-Identifier: Apache-2.0
/// Text in UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nonneg {

/// Returns the longest beginning of `text` that takes at most `max_bytes` and ends between two
/// characters. What is not UTF-8 is cut somewhere.
inline std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  std::size_t end = max_bytes;
  while (end > 0 && continues(text[end])) --end;
  return text.substr(0, end);
}

/// Returns the text as it may stand on a picture, on a page or in a terminal: what does not show,
/// such as a line end, an escape or a mark of direction, is a space, and what is not UTF-8 is
/// U+FFFD for each byte.
std::string printable(std::string_view text);

/// Makes the text one line of UTF-8, as files of names and JSON take it: a line end becomes a
/// space, and each byte that is not UTF-8 becomes U+FFFD. Returns whether that changed it.
bool make_line(std::string& text);

}  // namespace nonneg
