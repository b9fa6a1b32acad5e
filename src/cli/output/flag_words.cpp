// SPDX-License-Identifier: Apache-2.0
#include "cli/output/flag_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace nonneg::cli {
namespace {

/// The fields of Options and of OpenOptions, and their parts. Each one's flag is its name with '-'
/// for '_'.
constexpr std::array<std::string_view, 33> kOptions{
    "format",       "header",        "index",         "delimiter",      "decimal",
    "comment",      "drop_columns",  "transpose",     "select_columns", "row_names",
    "column_names", "rank",          "algorithm",     "beta",           "missing",
    "init",         "seed",          "precision",     "tolerance",      "max_iterations",
    "check_every",  "inner_repeats", "extrapolation", "floor",          "l1_w",
    "l1_h",         "l2_w",          "l2_h",          "panel_rows",     "deterministic",
    "backend",      "device",        "threads"};

constexpr std::string_view kIs = " = ";

bool of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether a name beside `c` is a part of something longer, such as a path.
bool joins(char c) { return of_name(c) || c == '.' || c == '/' || c == '-'; }

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

bool is_option(std::string_view name) {
  return std::find(kOptions.begin(), kOptions.end(), name) != kOptions.end();
}

}  // namespace

std::string with_flags(std::string_view message) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < message.size();) {
    const char c = message[i];
    if (c == '"') quoted = !quoted;
    if (!of_name(c)) {
      text += c;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < message.size() && of_name(message[end])) ++end;
    const std::string_view name = message.substr(i, end - i);
    const std::string_view rest = message.substr(end);
    const bool apart = (i == 0 || !joins(message[i - 1])) &&
                       (rest.size() < 2 || !joins(rest[0]) || (rest[0] == '.' && rest[1] == ' '));
    const bool set = rest.starts_with(kIs);
    if (quoted || !apart || !is_option(name) || !(set || name.find('_') != name.npos)) {
      text += name;
    } else {
      text += flag_of(name);
      if (set) {
        text += ' ';
        end += kIs.size();
      }
    }
    i = end;
  }
  return text;
}

}  // namespace nonneg::cli
