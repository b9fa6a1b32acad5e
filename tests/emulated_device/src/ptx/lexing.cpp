// SPDX-License-Identifier: Apache-2.0
#include "lexing.hpp"

#include <bit>
#include <cctype>
#include <cstdlib>

namespace nonneg::emulated::ptx {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::uint64_t float_literal(const std::string& text, Type t, bool negative) {
  double value = std::atof(text.c_str());
  if (negative) value = -value;
  if (t == Type::F32) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return std::bit_cast<std::uint64_t>(value);
}

/// 0fXXXXXXXX: the bits of a float, widened where a double is wanted.
std::uint64_t float_bits_literal(const std::string& digits, Type t, bool negative) {
  std::uint64_t bits = std::strtoull(digits.c_str(), nullptr, 16);
  if (negative) bits ^= 0x80000000u;
  if (t != Type::F64) return bits;
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<std::uint64_t>(static_cast<double>(value));
}

/// 0dXXXXXXXXXXXXXXXX: the bits of a double, narrowed where a float is wanted.
std::uint64_t double_bits_literal(const std::string& digits, Type t, bool negative) {
  std::uint64_t bits = std::strtoull(digits.c_str(), nullptr, 16);
  if (negative) bits ^= std::uint64_t{1} << 63;
  if (t != Type::F32) return bits;
  return std::bit_cast<std::uint32_t>(static_cast<float>(std::bit_cast<double>(bits)));
}

}  // namespace

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '%';
}

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto last = text.find_last_not_of(" \t\r\n");
  return std::string(text.substr(first, last - first + 1));
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  int depth = 0;
  std::string item;
  for (const char c : text) {
    if (c == '{' || c == '[' || c == '(') ++depth;
    if (c == '}' || c == ']' || c == ')') --depth;
    if (c == ',' && depth == 0) {
      items.push_back(trim(item));
      item.clear();
    } else {
      item += c;
    }
  }
  item = trim(item);
  if (!item.empty() || !items.empty()) items.push_back(item);
  return items;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (!is_space(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::string without_comments(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (quoted || rest[0] == '"') {
      if (rest[0] == '"') quoted = !quoted;
      out += text[i++];
    } else if (rest.starts_with("//")) {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (rest.starts_with("/*")) {
      i += 2;
      while (i + 1 < text.size() && !(text[i] == '*' && text[i + 1] == '/')) {
        if (text[i] == '\n') out += '\n';
        ++i;
      }
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::optional<std::uint64_t> literal(std::string_view text, Type t) {
  std::string s = trim(text);
  bool negative = false;
  if (!s.empty() && s[0] == '-') {
    negative = true;
    s = trim(std::string_view(s).substr(1));
  }
  if (s == "WARP_SZ") return 32;
  if (s.empty() || !is_digit(s[0])) return std::nullopt;
  if (s.size() > 2 && s[0] == '0') {
    const char kind = static_cast<char>(std::tolower(static_cast<unsigned char>(s[1])));
    if (kind == 'f') return float_bits_literal(s.substr(2), t, negative);
    if (kind == 'd') return double_bits_literal(s.substr(2), t, negative);
  }
  if (s.find('.') != std::string::npos) return float_literal(s, t, negative);
  const bool binary = s.size() > 2 && s[0] == '0' && (s[1] == 'b' || s[1] == 'B');
  const std::uint64_t value =
      binary ? std::strtoull(s.c_str() + 2, nullptr, 2) : std::strtoull(s.c_str(), nullptr, 0);
  return negative ? 0 - value : value;
}

std::uint64_t literal_or_zero(std::string_view text, Type t) {
  return literal(text, t).value_or(0);
}

}  // namespace nonneg::emulated::ptx
