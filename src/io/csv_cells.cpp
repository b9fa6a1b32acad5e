#include "io/csv_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "nonneg/error.hpp"

namespace nonneg::io {

bool CsvCursor::skip_blank_lines() noexcept {
  std::size_t probe = at_;
  while (probe < text_.size() && (is_blank(text_[probe]) || text_[probe] == '\n')) {
    if (text_[probe] == '\n') {
      at_ = probe + 1;
      ++line_;
    }
    ++probe;
  }
  return probe < text_.size();
}

bool CsvCursor::finish_cell() noexcept {
  if (at_ == text_.size()) {
    return true;
  }
  const bool ended_line = text_[at_] == '\n';
  line_ += ended_line ? 1 : 0;
  ++at_;
  return ended_line;
}

bool CsvCursor::read_cell(CsvCell& cell, std::size_t column) {
  const std::array ends{separator_, '\n'};
  const std::string_view stops(ends.data(), ends.size());
  std::size_t first = at_;
  while (first < text_.size() && is_blank(text_[first])) {
    ++first;
  }
  cell.text.clear();
  cell.quoted = first < text_.size() && text_[first] == '"';
  if (!cell.quoted) {
    const std::size_t end = std::min(text_.find_first_of(stops, first), text_.size());
    cell.text = trimmed(text_.substr(first, end - first));
    at_ = end;
    return finish_cell();
  }

  const std::size_t opening_line = line_;
  std::size_t from = first + 1;
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
  while (at_ < text_.size() && is_blank(text_[at_])) {
    ++at_;
  }
  if (at_ < text_.size() && stops.find(text_[at_]) == std::string_view::npos) {
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
