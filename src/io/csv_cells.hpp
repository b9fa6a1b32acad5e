// SPDX-License-Identifier: Apache-2.0
/// Cuts the text of a table into lines and cells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/cell_text.hpp"

namespace nonneg::io {

/// How cells and numbers are written.
struct TableSyntax {
  /// A delimiter of ' ' is any number of spaces and tabs.
  char delimiter = ',';
  char decimal = '.';
  /// What a line that is no part of the table begins with; empty: no line is one.
  std::string comment{};

  bool blanks_delimit() const noexcept { return delimiter == ' '; }
};

/// One cell, without the blanks around it and without its quotes.
struct CsvCell {
  std::string text;
  bool quoted = false;
};

/// Walks through a table cell by cell. Lines and columns are counted from 1, as editors do; a
/// quoted cell may span lines.
class CsvCursor {
 public:
  /// `first_line` is the number of the line that `text` begins with.
  CsvCursor(std::string_view text, const TableSyntax& syntax, const std::string& name,
            std::size_t first_line = 1)
      : text_(text), syntax_(syntax), name_(name), line_(first_line) {}

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

  /// Moves to the start of the next line that is neither blank nor a comment. Returns false where
  /// there is none.
  bool skip_to_line() noexcept;
  /// The first blank line that the last skip_to_line passed over; 0: none.
  std::size_t skipped_blank_line() const noexcept { return skipped_blank_line_; }

  /// Reads a number without quotes, and what ends it. Sets `value`, and `ended_line` to whether it
  /// was the line's last cell. Returns false, with nothing read, where the cell is anything else.
  bool read_number(double& value, bool& ended_line) noexcept {
    const char* first = text_.data() + at_;
    const char* const last = text_.data() + text_.size();
    while (first != last && is_blank(*first)) {
      ++first;
    }
    const ParsedNumber number = parse_number(first, last, syntax_.decimal);
    const char* end = number.end;
    while (end != last && is_blank(*end)) {
      ++end;
    }
    const bool ends = end == last || *end == '\n';
    const bool delimited =
        ends || (syntax_.blanks_delimit() ? end != number.end : *end == syntax_.delimiter);
    if (number.error != NumberError::none || !delimited) {
      return false;
    }
    value = number.value;
    ended_line = ends;
    const bool pass = end != last && (ends || !syntax_.blanks_delimit());
    at_ = static_cast<std::size_t>(end - text_.data()) + (pass ? 1 : 0);
    line_ += end != last && ends ? 1 : 0;
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
    return c == ' ' || c == '\r' || (c == '\t' && syntax_.delimiter != '\t');
  }
  void skip_blanks() noexcept {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    }
  }
  bool finish_cell() noexcept;

  std::string_view text_;
  const TableSyntax& syntax_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_;
  std::size_t skipped_blank_line_ = 0;
};

}  // namespace nonneg::io
