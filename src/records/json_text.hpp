/// JSON that was read from a disk, and may be anything.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace nonneg::records {

/// Returns whether arrays and objects in `text` lie deeper in one another than any that nonneg
/// writes: what walks through such a value, by calling itself, would run out of stack.
inline bool nested_too_deep(std::string_view text) noexcept {
  constexpr int kDeepest = 64;
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
      if (++depth > kDeepest) return true;
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

}  // namespace nonneg::records
