// SPDX-License-Identifier: Apache-2.0
/// Files of names of rows or columns, one a line, beside JSON that stays something that one opens
/// in an editor.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "io/mapped_file.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::records {

inline constexpr const char* kRowNamesFile = "row_names.txt";
inline constexpr const char* kColumnNamesFile = "column_names.txt";

/// Throws InvalidArgument unless there are `wanted` names of rows or columns ("row"), or none.
inline void require_names(const char* line, std::size_t names, Index wanted) {
  if (names == 0 || std::cmp_equal(names, wanted)) return;
  throw InvalidArgument(Subject::names, fmt::format("{} {} names for {} {}s: give as many, or none",
                                                    names, line, wanted, line));
}

/// Returns whether names are too many to be in the JSON itself.
inline bool in_own_file(const std::vector<std::string>& names) { return names.size() > 1000; }

/// Returns the name as it is written: one line of UTF-8. Those of a file are so already
/// (io/rearrange.hpp); a caller of the library may give any.
inline std::string as_line(std::string name) {
  make_line(name);
  return name;
}

/// Returns the content of such a file.
inline std::string lines_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += as_line(name) + '\n';
  return text;
}

/// Returns the names in such content. Throws InvalidArgument where they are not `wanted` many.
inline std::vector<std::string> names_in(std::string_view content, Index wanted) {
  std::vector<std::string> names;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    names.emplace_back(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  if (std::ssize(names) != wanted) {
    throw InvalidArgument(fmt::format("has {} names, must have {}", names.size(), wanted));
  }
  return names;
}

/// Reads a file of names. Throws as above with its name, and IoError.
inline std::vector<std::string> read_name_file(const std::string& path, Index wanted) {
  try {
    return names_in(io::MappedFile(path).bytes(), wanted);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(path + ": " + e.what());
  }
}

/// Sets object[key] to the names, or object[key + "_file"] to the file that they are in; sets
/// nothing where there are none.
inline void put_names(nlohmann::ordered_json& object, const std::string& key,
                      const std::vector<std::string>& names, const char* file) {
  if (in_own_file(names)) {
    object[key + "_file"] = file;
  } else {
    for (const std::string& name : names) object[key].push_back(as_line(name));
  }
}

}  // namespace nonneg::records
