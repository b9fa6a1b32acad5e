// SPDX-License-Identifier: Apache-2.0
#include "records/opened_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_values.hpp"
#include "nonneg/error.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Reads a field into `value`, unless it is missing or null.
template <class T>
void read(const Json& json, const char* name, T& value) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return;
  try {
    value = found->get<T>();
  } catch (const Json::type_error&) {
    throw InvalidArgument(fmt::format("\"{}\" has another type than it was written with", name));
  }
}

template <class T>
void read(const Json& json, const char* name, std::optional<T>& value) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return;
  T given{};
  read(json, name, given);
  value = given;
}

}  // namespace

Json to_json(const OpenOptions& opened) {
  const TableOptions& table = opened.table;
  return {{"dataset", text_json(opened.dataset)},
          {"format", text_json(opened.format)},
          {"missing_cells", opened.missing_cells},
          {"header", or_null(table.header)},
          {"index", or_null(table.index)},
          {"delimiter", text_json(table.delimiter)},
          {"decimal", std::string(1, table.decimal)},
          {"comment", text_json(table.comment)},
          {"drop_columns", opened.drop_columns},
          {"transpose", opened.transpose},
          {"select_columns", text_json(opened.select_columns)},
          {"column_names", text_json(opened.column_names)}};
}

OpenOptions read_opened(const Json& json) {
  if (!json.is_object()) throw InvalidArgument("\"opened\" is no object");
  OpenOptions opened;
  TableOptions& table = opened.table;
  read(json, "dataset", opened.dataset);
  read(json, "format", opened.format);
  read(json, "missing_cells", opened.missing_cells);
  read(json, "header", table.header);
  read(json, "index", table.index);
  read(json, "delimiter", table.delimiter);
  std::string decimal(1, table.decimal);
  read(json, "decimal", decimal);
  if (decimal.size() != 1) throw InvalidArgument("\"decimal\" is no character");
  table.decimal = decimal.front();
  read(json, "comment", table.comment);
  read(json, "drop_columns", opened.drop_columns);
  read(json, "transpose", opened.transpose);
  read(json, "select_columns", opened.select_columns);
  read(json, "column_names", opened.column_names);
  return opened;
}

}  // namespace nonneg::records
