// SPDX-License-Identifier: Apache-2.0
#include "io/csv_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nonneg/error.hpp"

namespace nonneg::io {

bool CsvCursor::skip_to_line() noexcept {
  skipped_blank_line_ = 0;
  for (;;) {
    std::size_t probe = at_;
    while (probe < text_.size() && is_blank(text_[probe])) {
      ++probe;
    }
    if (probe == text_.size()) return false;
    const bool comment =
        !syntax_.comment.empty() && text_.substr(probe).starts_with(syntax_.comment);
    if (!comment && text_[probe] != '\n') return true;
    if (!comment && skipped_blank_line_ == 0) skipped_blank_line_ = line_;
    const std::size_t end = text_.find('\n', probe);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
}

bool CsvCursor::finish_cell() noexcept {
  skip_blanks();
  if (at_ == text_.size()) {
    return true;
  }
  const bool ended_line = text_[at_] == '\n';
  line_ += ended_line ? 1 : 0;
  at_ += ended_line || !syntax_.blanks_delimit() ? 1 : 0;
  return ended_line;
}

bool CsvCursor::read_cell(CsvCell& cell, std::size_t column) {
  const std::string stops =
      syntax_.blanks_delimit() ? " \t\r\n" : std::string{syntax_.delimiter, '\n'};
  skip_blanks();
  cell.text.clear();
  cell.quoted = at_ < text_.size() && text_[at_] == '"';
  if (!cell.quoted) {
    const std::size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
    cell.text = trimmed(text_.substr(at_, end - at_));
    at_ = end;
    return finish_cell();
  }

  const std::size_t opening_line = line_;
  std::size_t from = at_ + 1;
  for (;;) {
    const std::size_t quote = text_.find('"', from);
    if (quote == std::string_view::npos) {
      throw InvalidArgument(fmt::format("{}: line {}, column {}: a quote opens that does not close",
                                        name_, opening_line, column));
    }
    const bool doubled = quote + 1 < text_.size() && text_[quote + 1] == '"';
    const std::string_view part = text_.substr(from, quote - from + (doubled ? 1 : 0));
    cell.text += part;
    line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    from = quote + (doubled ? 2 : 1);
    if (!doubled) {
      break;
    }
  }
  at_ = from;
  const bool blank_follows = at_ < text_.size() && is_blank(text_[at_]);
  skip_blanks();
  const bool ends = at_ == text_.size() || stops.find(text_[at_]) != std::string_view::npos;
  if (!ends && !(syntax_.blanks_delimit() && blank_follows)) {
    throw InvalidArgument(fmt::format(
        "{}: line {}, column {}: text follows the closing quote of {}; write a quote within a "
        "quoted cell twice",
        name_, line_, column, quote_cell(cell.text)));
  }
  cell.text = trimmed(cell.text);
  return finish_cell();
}

std::vector<CsvCell> CsvCursor::read_line() {
  std::vector<CsvCell> cells;
  bool ended_line = false;
  while (!ended_line) {
    cells.emplace_back();
    ended_line = read_cell(cells.back(), cells.size());
  }
  return cells;
}

}  // namespace nonneg::io
