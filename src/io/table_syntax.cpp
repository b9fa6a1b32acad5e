// SPDX-License-Identifier: Apache-2.0
#include "io/table_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

constexpr std::size_t kSampledLines = 20;
constexpr std::size_t kSampledBytes = std::size_t{1} << 22U;

constexpr std::array<std::pair<std::string_view, char>, 5> kNamedDelimiters{
    {{"tab", '\t'}, {"\\t", '\t'}, {"space", ' '}, {"comma", ','}, {"semicolon", ';'}}};

/// As --delimiter takes it.
std::string delimiter_words(char delimiter) {
  if (delimiter == '\t') return "tab";
  if (delimiter == ' ') return "space";
  return fmt::format("'{}'", delimiter);
}

char delimiter_of(const std::string& text) {
  for (const auto& [name, delimiter] : kNamedDelimiters) {
    if (text == name) return delimiter;
  }
  const bool one = text.size() == 1;
  const auto byte = static_cast<unsigned char>(one ? text.front() : 'x');
  if (!one || std::isalnum(byte) != 0 || byte < 0x20 || byte > 0x7E ||
      std::string_view("\"+-.").find(text.front()) != std::string_view::npos) {
    if (text == "\t") return '\t';
    throw InvalidArgument(fmt::format(
        "delimiter = {}: must be one character that is part of no number, such as ';', or tab or "
        "space",
        quote_cell(text)));
  }
  return text.front();
}

/// Refuses UTF-16, which spreadsheets call "Unicode text".
void require_utf8(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw InvalidArgument(fmt::format("{}: is UTF-16 text; save it as UTF-8", name));
  }
}

void require_line_feeds(std::string_view text, const std::string& name) {
  if (text.find('\n') != std::string_view::npos) return;
  const std::size_t carriage_return = text.find('\r');
  if (carriage_return == std::string_view::npos ||
      text.find_first_not_of("\r ", carriage_return) == std::string_view::npos) {
    return;
  }
  throw InvalidArgument(
      fmt::format("{}: its lines end in carriage returns alone; write line feeds in their place, "
                  "as tr '\\r' '\\n' does",
                  name));
}

/// The delimiter of a first line "sep=;", and that line's length.
std::optional<std::pair<char, std::size_t>> excel_declaration(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t length = line.size() < text.size() ? line.size() + 1 : line.size();
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  if (line.size() != 5 || !(line.starts_with("sep=") || line.starts_with("SEP="))) return {};
  return {{line.back(), length}};
}

/// The first lines that are neither blank nor comments.
std::vector<std::string_view> sample(std::string_view text, const std::string& comment) {
  std::vector<std::string_view> lines;
  std::size_t bytes = 0;
  while (!text.empty() && lines.size() < kSampledLines &&
         (lines.size() < 2 || bytes < kSampledBytes)) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view bare = trimmed(line);
    if (bare.empty() || (!comment.empty() && bare.starts_with(comment))) continue;
    lines.push_back(bare);
    bytes += line.size();
  }
  return lines;
}

/// Cells of a line, of which quoted delimiters make none.
std::size_t cells_in(std::string_view line, char delimiter) {
  std::size_t cells = 1;
  bool quoted = false;
  bool blank_before = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    const bool blank = delimiter == ' ' ? c == ' ' || c == '\t' : c == delimiter;
    if (blank && !quoted && !(delimiter == ' ' && blank_before)) ++cells;
    blank_before = blank;
  }
  return cells;
}

/// Whether every line has the same number of cells, two or more, but for a header that may have one
/// less.
bool divides(const std::vector<std::string_view>& lines, char delimiter) {
  if (lines.empty()) return false;
  const std::size_t cells = cells_in(lines.back(), delimiter);
  const std::size_t header = cells_in(lines.front(), delimiter);
  if (cells < 2 || (header != cells && header + 1 != cells)) return false;
  if (!std::all_of(lines.begin() + 1, lines.end(),
                   [&](std::string_view line) { return cells_in(line, delimiter) == cells; })) {
    return false;
  }
  if (delimiter != ' ') return true;
  // Text has blanks in it; a table has a number at the end of its lines.
  const std::string_view line = lines.back();
  return is_number(line.substr(line.find_last_of(" \t") + 1));
}

constexpr std::array<char, 5> kDelimiters{'\t', ';', '|', ',', ' '};

/// The only delimiter that divides the lines.
char only_delimiter(const std::vector<std::string_view>& lines, const std::string& name) {
  std::string found;
  for (const char delimiter : kDelimiters) {
    // Tabs are blanks, too.
    if (delimiter == ' ' && !found.empty()) break;
    if (divides(lines, delimiter)) found += delimiter;
  }
  if (found.size() == 1) return found.front();
  throw InvalidArgument(
      fmt::format("{}: what stands between its cells cannot be told; let delimiter = tab, "
                  "space, ',' or another say it",
                  name));
}

bool undivided_by(const std::vector<std::string_view>& lines, char delimiter) {
  return std::all_of(lines.begin(), lines.end(),
                     [&](std::string_view line) { return cells_in(line, delimiter) == 1; });
}

/// Refuses lines that `delimiter` leaves whole where another one divides them. `missing` is what
/// they have none of, in words.
void require_no_other(const std::vector<std::string_view>& lines, char delimiter,
                      const TableSyntax& syntax, const std::string& missing,
                      const std::string& name) {
  for (const char other : kDelimiters) {
    if (other == delimiter || other == syntax.decimal || !divides(lines, other)) continue;
    const std::string words = delimiter_words(other);
    throw InvalidArgument(fmt::format(
        "{}: has no {}, but each line has the same number of {}; let delimiter = {} tell the "
        "cells apart",
        name, missing,
        other == '\t'  ? "tabs"
        : other == ' ' ? "blanks"
                       : words,
        words));
  }
}

/// What the dialect promises, held against the first lines.
char found_delimiter(std::string_view text, CsvDialect dialect, const TableSyntax& syntax,
                     const std::string& name) {
  const std::vector<std::string_view> lines = sample(text, syntax.comment);
  if (dialect == CsvDialect::unknown) return only_delimiter(lines, name);
  char delimiter = '\t';
  if (dialect == CsvDialect::comma) {
    const bool semicolons = !lines.empty() && lines.front().find(';') != std::string_view::npos;
    const bool commas = !lines.empty() && lines.front().find(',') != std::string_view::npos;
    delimiter = (semicolons && !commas) || syntax.decimal == ',' ? ';' : ',';
    if (delimiter == ',' && divides(lines, ',') && divides(lines, ';')) {
      throw InvalidArgument(fmt::format(
          "{}: its lines have commas and semicolons; let delimiter = ';' and decimal = ',' "
          "read decimal commas, or let delimiter = ',' tell the cells apart",
          name));
    }
  }
  if (!undivided_by(lines, delimiter)) return delimiter;
  if (syntax.decimal == ',' && divides(lines, ',')) {
    throw InvalidArgument(
        Subject::file,
        fmt::format("{}: has no {}, and whether its commas are decimal or stand between cells "
                    "cannot be told; let delimiter = ';' or another say what does",
                    name, delimiter == '\t' ? "tabs" : "semicolons"));
  }
  require_no_other(lines, delimiter, syntax,
                   dialect == CsvDialect::tab ? "tabs"
                   : delimiter == ','         ? "commas or semicolons"
                                              : "semicolons",
                   name);
  return delimiter;
}

}  // namespace

TableText find_syntax(std::string_view text, CsvDialect dialect, const TableOptions& options,
                      const std::string& name) {
  if (options.decimal != '.' && options.decimal != ',') {
    throw InvalidArgument(fmt::format("decimal = {}: must be '.' or ','",
                                      quote_cell(std::string_view(&options.decimal, 1))));
  }
  TableText table;
  require_utf8(text, name);
  table.text = without_byte_order_mark(text);
  require_line_feeds(table.text, name);
  table.syntax = {.decimal = options.decimal, .comment = options.comment};
  const auto declared = excel_declaration(table.text);
  if (declared) {
    table.text.remove_prefix(declared->second);
    table.first_line = 2;
  }
  if (!options.delimiter.empty()) {
    const char delimiter = delimiter_of(options.delimiter);
    table.syntax.delimiter = delimiter;
    const std::vector<std::string_view> lines = sample(table.text, table.syntax.comment);
    if (delimiter != table.syntax.decimal && undivided_by(lines, delimiter)) {
      require_no_other(lines, delimiter, table.syntax,
                       delimiter_words(delimiter) + " between cells", name);
    }
  } else if (declared) {
    table.syntax.delimiter = delimiter_of(std::string(1, declared->first));
  } else {
    table.syntax.delimiter = found_delimiter(table.text, dialect, table.syntax, name);
  }
  if (table.syntax.delimiter == table.syntax.decimal) {
    throw InvalidArgument(
        "delimiter = ',' and decimal = ',' are one character; let delimiter = ';' or another "
        "tell the cells apart");
  }
  return table;
}

}  // namespace nonneg::io
