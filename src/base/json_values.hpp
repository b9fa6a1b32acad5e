// SPDX-License-Identifier: Apache-2.0
/// Values in JSON that nonneg writes: what becomes of a number or a text that is none.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace nonneg {

/// Returns the number, or null where it is not finite.
inline nlohmann::ordered_json number_json(double value) {
  using Json = nlohmann::ordered_json;
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Returns the text, or null where it is empty.
inline nlohmann::ordered_json text_json(const std::string& text) {
  using Json = nlohmann::ordered_json;
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace nonneg
