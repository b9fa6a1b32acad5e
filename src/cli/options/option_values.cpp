// SPDX-License-Identifier: Apache-2.0
#include "cli/options/option_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "cli/options/suggestion.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string> choices_of(std::string_view type_name) {
  std::vector<std::string> choices;
  while (true) {
    const std::size_t bar = type_name.find('|');
    choices.emplace_back(type_name.substr(0, bar));
    if (bar == std::string_view::npos) return choices;
    type_name.remove_prefix(bar + 1);
  }
}

std::vector<std::string_view> parts_of_list(std::string_view list) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = list.find(',');
    parts.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

std::vector<std::string> names_of_list(std::string_view list) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    const bool at_start = names.back().empty() && (i == 0 || list[i - 1] == ',');
    if (c == '"' && quoted && i + 1 < list.size() && list[i + 1] == '"') {
      names.back() += c;
      ++i;
    } else if (c == '"' && (quoted || at_start)) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

std::int64_t parse_integer(std::string_view option, std::string_view text) {
  if (const auto value = parse<std::int64_t>(text)) return *value;
  throw InvalidArgument(fmt::format("{} {}: must be a whole number, such as 8", option, text));
}

std::uint64_t parse_unsigned(std::string_view option, std::string_view text) {
  if (const auto value = parse<std::uint64_t>(text)) return *value;
  throw InvalidArgument(fmt::format("{} {}: must be a whole number from 0 to {}", option, text,
                                    std::numeric_limits<std::uint64_t>::max()));
}

double parse_decimal(std::string_view option, std::string_view text) {
  const auto value = parse<double>(text);
  if (value && std::isfinite(*value)) return *value;
  throw InvalidArgument(
      fmt::format("{} {}: must be a finite number, such as 0.01 or 1e-6", option, text));
}

std::size_t parse_choice(std::string_view option, std::string_view text,
                         const std::vector<std::string>& choices) {
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  throw InvalidArgument(fmt::format("{} {}: unknown value; allowed: {}{}", option, text,
                                    fmt::join(choices, ", "), did_you_mean(text, choices)));
}

}  // namespace nonneg::cli
