// SPDX-License-Identifier: Apache-2.0
/// JSON that was read from a disk, and may be anything.
#pragma once

#include <istream>
#include <nlohmann/json.hpp>
#include <string_view>

namespace nonneg::records {

/// How deep arrays and objects lie in one another in anything that nonneg writes, and deeper.
inline constexpr int kDeepestJson = 64;

/// Returns whether arrays and objects in `text` lie deeper in one another than any that nonneg
/// writes: what walks through such a value, by calling itself, would run out of stack.
inline bool nested_too_deep(std::string_view text) noexcept {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepestJson) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// Returns the value, or a discarded one where `text` is no JSON, or is nested too deep.
inline nlohmann::ordered_json parse_json(std::string_view text) {
  using Json = nlohmann::ordered_json;
  if (nested_too_deep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

/// Does so piece by piece with a file. `keep` is asked as nlohmann's parser callbacks are.
template <class Keep>
nlohmann::ordered_json parse_json(std::istream& file, const Keep& keep) {
  using Json = nlohmann::ordered_json;
  struct TooDeep {};
  const auto kept = [&keep](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepestJson) throw TooDeep();
    return keep(depth, event, parsed);
  };
  try {
    return Json::parse(file, kept, false);
  } catch (const TooDeep&) {
    return Json(Json::value_t::discarded);
  }
}

}  // namespace nonneg::records
