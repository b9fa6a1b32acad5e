// SPDX-License-Identifier: Apache-2.0
#include "records/record_text.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "records/event_json.hpp"
#include "records/text_pieces.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;
using Take = TextPieces::Take;

/// Adds a value as it stands `levels` deep. A line end in it is never one of a text.
void add(TextPieces& pieces, const Json& value, int levels) {
  const std::string indent(static_cast<std::size_t>(2 * levels), ' ');
  const std::string text = value.dump(2, ' ', false, Json::error_handler_t::replace);
  std::string_view rest = text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    pieces.add(rest.substr(0, end + 1));
    pieces.add(indent);
    rest.remove_prefix(end + 1);
  }
  pieces.add(rest);
}

void add_history(TextPieces& pieces, const std::vector<LossRecord>& history) {
  bool first = true;
  for (const LossRecord& record : history) {
    Json json = loss_json(record);
    json["direct"] = record.direct;
    pieces.add(first ? "[\n    " : ",\n    ");
    add(pieces, json, 2);
    first = false;
  }
  pieces.add(first ? "[]" : "\n  ]");
}

}  // namespace

void write_record(const Json& record, const std::vector<LossRecord>& history, const Take& take) {
  TextPieces pieces(take);
  bool first = true;
  for (const auto& [key, value] : record.items()) {
    pieces.add(first ? "{\n  " : ",\n  ");
    first = false;
    pieces.add(Json(key).dump() + ": ");
    if (key == kHistoryKey) {
      add_history(pieces, history);
    } else {
      add(pieces, value, 1);
    }
  }
  pieces.add(first ? "{}\n" : "\n}\n");
  pieces.flush();
}

}  // namespace nonneg::records
