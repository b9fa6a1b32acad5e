// SPDX-License-Identifier: Apache-2.0
#include "io/table_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/some_of.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

constexpr std::size_t kSampledLines = 100;
constexpr std::size_t kSampledCells = 100'000;
constexpr std::size_t kNamesInWords = 3;

std::string some_quoted(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  for (const std::string& name : names) quoted.push_back(quote_cell(name));
  return some_of(quoted, 10);
}

}  // namespace

TableBeginning read_beginning(std::string_view text, CsvDialect dialect,
                              const TableOptions& options, bool missing, const std::string& name) {
  TableBeginning beginning;
  beginning.table = find_syntax(text, dialect, options, name);
  const TableText& table = beginning.table;
  CsvCursor cursor(table.text, table.syntax, name, table.first_line);

  std::vector<TableLine> lines;
  std::vector<CsvCursor::Place> places;
  std::size_t seen = 0;
  while (lines.size() < kSampledLines && (lines.size() < 2 || seen < kSampledCells) &&
         cursor.skip_to_line()) {
    places.push_back(cursor.place());
    const std::size_t number = cursor.line();
    lines.push_back({number, cursor.read_line()});
    seen += lines.back().cells.size();
  }
  if (lines.empty()) {
    throw InvalidArgument(
        fmt::format("{}: is empty; it must hold at least one row of numbers", name));
  }
  if (!options.header && options.comment.empty() &&
      lines.front().cells.front().text.starts_with('#') && !lines.front().cells.front().quoted) {
    throw InvalidArgument(
        fmt::format("{}: line {} begins with #; let comment = '#' leave such lines out, or say "
                    "header = yes where it names the columns",
                    name, lines.front().number));
  }
  beginning.layout = find_layout(lines, options, missing, name);
  const TableLayout& layout = beginning.layout;
  if (layout.header && lines.size() == 1) {
    throw InvalidArgument(
        fmt::format("{}: line {} holds names ({}, ...) and no row of numbers "
                    "follows",
                    name, lines.front().number, quote_cell(lines.front().cells.front().text)));
  }
  const TableLine& first = lines.front();
  beginning.cells = first.cells.size() + (layout.short_header ? 1 : 0);
  beginning.cells_line = layout.short_header ? lines[1].number : first.number;
  if (layout.trailing && lines[1].cells.size() > first.cells.size()) {
    beginning.cells = lines[1].cells.size();
    beginning.cells_line = lines[1].number;
  }
  beginning.data = places[layout.header ? 1 : 0];
  if (layout.header) {
    const std::size_t names =
        beginning.cells - (layout.trailing ? 1 : 0) - (layout.short_header ? 1 : 0);
    for (std::size_t i = 0; i < std::min(names, first.cells.size()); ++i) {
      beginning.header.push_back(first.cells[i].text);
    }
  }
  return beginning;
}

std::vector<bool> drop_columns(TableBeginning& beginning, const std::vector<std::string>& drop,
                               const std::string& name) {
  std::vector<bool> dropped(beginning.cells, false);
  for (const std::string& wanted : drop) {
    bool found = false;
    for (std::size_t j = 0; j < beginning.columns(); ++j) {
      const std::string* const column = beginning.name_of(j);
      if (column != nullptr ? *column != wanted : std::to_string(j + 1) != wanted) continue;
      if (column == nullptr && beginning.layout.header) continue;
      // Above the row names an empty name is no name.
      if (wanted.empty() && j + 1 == beginning.layout.index) continue;
      dropped[j] = found = true;
    }
    if (found) continue;
    if (!beginning.layout.header) {
      throw InvalidArgument(fmt::format(
          "{}: has no names of columns, and {} is no number of one; they count from 1 to {}", name,
          quote_cell(wanted), beginning.columns()));
    }
    throw InvalidArgument(fmt::format("{}: has no column {} to drop; its columns are {}", name,
                                      quote_cell(wanted), some_quoted(beginning.header)));
  }
  TableLayout& layout = beginning.layout;
  if (layout.index > 0 && dropped[layout.index - 1]) layout.index = 0;
  const auto left = static_cast<std::size_t>(std::count(dropped.begin(), dropped.end(), false));
  if (!drop.empty() && left == beginning.cells - beginning.columns() + (layout.index > 0 ? 1 : 0)) {
    throw InvalidArgument(fmt::format("{}: has no columns but those to drop", name));
  }
  return dropped;
}

void require_names_of_columns(const TableBeginning& beginning, const std::vector<bool>& dropped,
                              const std::string& name) {
  for (std::size_t j = 0; j < beginning.columns(); ++j) {
    const std::string* const column = beginning.name_of(j);
    const bool data = !dropped[j] && j + 1 != beginning.layout.index;
    if (!data || column == nullptr || !column->empty()) continue;
    throw InvalidArgument(
        Subject::file,
        fmt::format("{}: the header leaves column {} without a name; give it one, or let "
                    "drop_columns = '' leave out such columns, as further levels of row names are",
                    name, j + 1));
  }
}

std::string layout_words(const TableBeginning& beginning, const std::vector<bool>& dropped,
                         CsvDialect dialect) {
  const TableLayout& layout = beginning.layout;
  std::string names;
  std::string left_out;
  std::size_t shown = 0;
  for (std::size_t j = 0; j < beginning.columns(); ++j) {
    const std::string* const name = beginning.name_of(j);
    const std::string quoted = quote_cell(name != nullptr ? *name : std::to_string(j + 1));
    const std::string words = quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : quoted;
    if (dropped[j]) left_out += (left_out.empty() ? "" : ", ") + words;
    if (dropped[j] || j + 1 == layout.index || shown > kNamesInWords) continue;
    const std::string before = shown == 0 ? "" : ", ";
    names += before + (shown++ == kNamesInWords ? "..." : words);
  }
  std::string words = layout.header ? "columns named " + names : "no names of columns";
  words += layout.index == 0   ? "; no row names"
           : layout.index == 1 ? "; first column as row names"
                               : fmt::format("; column {} as row names", layout.index);
  const char delimiter = beginning.table.syntax.delimiter;
  if (delimiter != (dialect == CsvDialect::tab ? '\t' : ',')) {
    words += delimiter == '\t'  ? "; cells between tabs"
             : delimiter == ' ' ? "; cells between blanks"
                                : fmt::format("; cells between '{}'", delimiter);
  }
  if (!left_out.empty()) words += "; left out: " + left_out;
  if (layout.trailing) words += "; the empty cell at the end of each line left out";
  return words;
}

}  // namespace nonneg::io
