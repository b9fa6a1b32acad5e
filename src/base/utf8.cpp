// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <utility>

namespace nonneg {
namespace {

/// A character at the beginning of a text: its code point, and the bytes that it takes; no bytes
/// where none begins there.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// Reads as RFC 3629 has it: the shortest form, no surrogates, at most U+10FFFF.
Character first_character(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80U) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (at(i) & 0x3FU);
  }
  constexpr char32_t kMinOfThree = 0x800;
  constexpr char32_t kMinOfFour = 0x10000;
  const bool overlong = (bytes == 3 && code < kMinOfThree) || (bytes == 4 && code < kMinOfFour);
  if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return {};
  return {code, bytes};
}

/// Control characters, line and paragraph separators, marks that turn the direction of what
/// follows, and code points that are no characters: none of them shows, and each can change how the
/// text beside it does.
bool is_unseen(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x061C ||
         code == 0xFEFF || (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFEU) == 0xFFFE;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    if (bytes == 0) {
      out += "\uFFFD";
    } else if (is_unseen(code)) {
      out += ' ';
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return out;
}

bool make_line(std::string& text) {
  // Nearly every text is: it is looked at without a copy.
  std::size_t at = 0;
  const std::string_view all = text;
  while (at < all.size()) {
    const auto [code, bytes] = first_character(all.substr(at));
    if (bytes == 0 || code == '\n' || code == '\r') break;
    at += bytes;
  }
  if (at == all.size()) return false;
  std::string line(all.substr(0, at));
  for (std::string_view rest = all.substr(at); !rest.empty();) {
    const auto [code, bytes] = first_character(rest);
    if (bytes == 0) {
      line += "\uFFFD";
    } else if (code == '\n' || code == '\r') {
      line += ' ';
    } else {
      line += rest.substr(0, bytes);
    }
    rest.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  text = std::move(line);
  return true;
}

}  // namespace nonneg
