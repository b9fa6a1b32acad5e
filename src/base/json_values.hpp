/// Values in JSON that nonneg writes: what a number or a text that is none becomes, and lists of
/// names.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "records/name_files.hpp"

namespace nonneg {

/// null where it is not finite.
inline nlohmann::ordered_json number_json(double value) {
  using Json = nlohmann::ordered_json;
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// null where it is empty.
inline nlohmann::ordered_json text_json(const std::string& text) {
  using Json = nlohmann::ordered_json;
  return text.empty() ? Json(nullptr) : Json(text);
}

/// Sets object[key] to the names, or object[key + "_file"] to the file that they are in; nothing
/// where there are none.
inline void put_names(nlohmann::ordered_json& object, const std::string& key,
                      const std::vector<std::string>& names, const char* file) {
  if (in_own_file(names)) {
    object[key + "_file"] = file;
  } else if (!names.empty()) {
    object[key] = names;
  }
}

}  // namespace nonneg
