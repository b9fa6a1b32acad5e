// SPDX-License-Identifier: Apache-2.0
#include "records/record_text.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "records/event_json.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;
using Take = std::function<void(std::string_view)>;

constexpr std::size_t kPieceBytes = std::size_t{1} << 16U;

/// Text on its way: handed on where there is enough of it.
class Pieces {
 public:
  explicit Pieces(const Take& take) : take_(take) {}

  void add(std::string_view text) {
    text_ += text;
    if (text_.size() >= kPieceBytes) flush();
  }

  /// A value as it stands `levels` deep. A line end in it is never one of a text.
  void add(const Json& value, int levels) {
    const std::string indent(static_cast<std::size_t>(2 * levels), ' ');
    const std::string text = value.dump(2, ' ', false, Json::error_handler_t::replace);
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      add(rest.substr(0, end + 1));
      add(indent);
      rest.remove_prefix(end + 1);
    }
    add(rest);
  }

  void flush() {
    take_(text_);
    text_.clear();
  }

 private:
  const Take& take_;
  std::string text_;
};

void add_history(Pieces& pieces, const std::vector<LossRecord>& history) {
  bool first = true;
  for (const LossRecord& record : history) {
    Json json = loss_json(record);
    json["direct"] = record.direct;
    pieces.add(first ? "[\n    " : ",\n    ");
    pieces.add(json, 2);
    first = false;
  }
  pieces.add(first ? "[]" : "\n  ]");
}

}  // namespace

void write_record(const Json& record, const std::vector<LossRecord>& history, const Take& take) {
  Pieces pieces(take);
  bool first = true;
  for (const auto& [key, value] : record.items()) {
    pieces.add(first ? "{\n  " : ",\n  ");
    first = false;
    pieces.add(Json(key).dump() + ": ");
    if (key == kHistoryKey) {
      add_history(pieces, history);
    } else {
      pieces.add(value, 1);
    }
  }
  pieces.add(first ? "{}\n" : "\n}\n");
  pieces.flush();
}

}  // namespace nonneg::records
