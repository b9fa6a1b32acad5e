/// Cuts the text of a table into lines and cells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/cell_text.hpp"

namespace nonneg::io {

/// One cell, without the blanks around it and without its quotes.
struct CsvCell {
  std::string text;
  bool quoted = false;
};

/// Walks through a table cell by cell. Lines and columns are counted from 1, as editors do; a
/// quoted cell may span lines.
class CsvCursor {
 public:
  CsvCursor(std::string_view text, char separator, const std::string& name)
      : text_(text), separator_(separator), name_(name) {}

  /// Where a line starts, so that one can come back to it.
  struct Place {
    std::size_t at;
    std::size_t line;
  };
  Place place() const noexcept { return {at_, line_}; }
  void go_to(Place place) noexcept {
    at_ = place.at;
    line_ = place.line;
  }
  std::size_t line() const noexcept { return line_; }

  /// Moves to the start of the next line that is not blank. Returns false where there is none.
  bool skip_blank_lines() noexcept;

  /// Reads a number without quotes, and what ends it. Sets `value`, and `ended_line` to whether it
  /// was the line's last cell. Returns false, with nothing read, where the cell is anything else.
  bool read_number(double& value, bool& ended_line) noexcept {
    const char* first = text_.data() + at_;
    const char* const last = text_.data() + text_.size();
    while (first != last && is_blank(*first)) {
      ++first;
    }
    const ParsedNumber number = parse_number(first, last);
    const char* end = number.end;
    while (end != last && is_blank(*end)) {
      ++end;
    }
    if (number.error != NumberError::none || (end != last && *end != separator_ && *end != '\n')) {
      return false;
    }
    value = number.value;
    ended_line = end == last || *end == '\n';
    at_ = static_cast<std::size_t>(end - text_.data()) + (end == last ? 0 : 1);
    line_ += end != last && *end == '\n' ? 1 : 0;
    return true;
  }

  /// Reads any cell and what ends it; returns whether it was the line's last. Throws
  /// InvalidArgument for quotes that do not close, or that close before the cell ends; `column` is
  /// for the message.
  bool read_cell(CsvCell& cell, std::size_t column);

  /// Reads a whole line.
  std::vector<CsvCell> read_line();

 private:
  bool is_blank(char c) const noexcept {
    return c == ' ' || c == '\r' || (c == '\t' && separator_ != '\t');
  }
  bool finish_cell() noexcept;

  std::string_view text_;
  char separator_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace nonneg::io
