// SPDX-License-Identifier: Apache-2.0
#include "io/cell_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/utf8.hpp"

namespace nonneg::io {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kShownBytes = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// True where a number that float64 cannot hold is too small, rather than too large. `text` is a
/// well-formed decimal number other than 0.
bool is_tiny(std::string_view text) {
  // The power of ten of the first digit that is not 0: its place before or after the point ...
  std::int64_t power = 0;
  bool started = false;
  bool after_point = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      after_point = true;
    } else if (is_digit(text[i])) {
      started = started || text[i] != '0';
      power += after_point ? (started ? 0 : -1) : (started ? 1 : 0);
    }
  }
  // ... and the exponent, which alone decides where it does not fit.
  if (i < text.size()) {
    const bool negative = i + 1 < text.size() && text[i + 1] == '-';
    const std::size_t skip = i + 1 < text.size() && text[i + 1] == '+' ? 2 : 1;
    std::int64_t exponent = 0;
    const auto parsed =
        std::from_chars(text.data() + i + skip, text.data() + text.size(), exponent);
    constexpr std::int64_t kHuge = std::int64_t{1} << 60;
    if (parsed.ec != std::errc{} || exponent > kHuge || exponent < -kHuge) {
      return negative;
    }
    power += exponent;
  }
  return power < 0;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view without_byte_order_mark(std::string_view text) noexcept {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

std::string quote_cell(std::string_view text) {
  const std::string_view shown = utf8_prefix(text, kShownBytes);
  std::string quoted = "\"";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return quoted + (shown.size() < text.size() ? "...\"" : "\"");
}

ParsedNumber parse_number(const char* first, const char* last) noexcept {
  ParsedNumber number;
  const bool plus = first != last && *first == '+';
  const char* const start = plus ? first + 1 : first;
  if (plus && start != last && (*start == '-' || *start == '+')) {
    number.end = first;
    number.error = NumberError::not_a_number;
    return number;
  }
  const auto [end, error] = std::from_chars(start, last, number.value);
  number.end = end;
  if (error == std::errc::invalid_argument) {
    number.end = first;
    number.error = NumberError::not_a_number;
  } else if (error == std::errc::result_out_of_range) {
    number.value = 0;
    if (!is_tiny({start, static_cast<std::size_t>(end - start)})) {
      number.error = NumberError::too_large;
    }
  }
  return number;
}

ParsedNumber parse_decimal(const char* first, const char* last, char decimal) noexcept {
  // A longer number ends within itself, and its cell is refused.
  std::array<char, 1024> copy;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto length = std::min<std::size_t>(static_cast<std::size_t>(last - first), copy.size());
  const char* const stop = std::find_if(first, first + length, [decimal](char c) {
    return c == '.' || c == '\n' || (c == ',' && decimal != ',');
  });
  std::replace_copy(first, stop, copy.begin(), decimal, '.');
  ParsedNumber number = parse_number(copy.data(), copy.data() + (stop - first));
  number.end = first + (number.end - copy.data());
  return number;
}

bool is_number(std::string_view text, char decimal) noexcept {
  const char* const last = text.data() + text.size();
  const ParsedNumber number = parse_number(text.data(), last, decimal);
  return number.error != NumberError::not_a_number && number.end == last;
}

}  // namespace nonneg::io
