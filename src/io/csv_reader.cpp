#include "io/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

#include "io/csv_cells.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// What people write where a number is missing: never a column's name.
bool is_missing_mark(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kMarks{"na",   "n/a", "#n/a", "<na>", "null",
                                                           "none", "nil", "-",    "?",    "."};
  const auto same = [&](std::string_view mark) {
    return std::equal(text.begin(), text.end(), mark.begin(), mark.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  };
  return std::any_of(kMarks.begin(), kMarks.end(), same);
}

/// Text that can only be a name.
bool is_name(const CsvCell& cell) {
  return !cell.text.empty() && !is_number(cell.text) && !is_missing_mark(cell.text);
}

/// Which line and which column hold names.
struct Layout {
  bool header = false;
  bool row_names = false;
  /// The header has no cell above the row names: R writes it so.
  bool short_header = false;
};

/// The labels that pandas gives to columns without names: nothing, 0, 1, 2, ...
bool is_counting_header(const std::vector<CsvCell>& cells) {
  for (std::size_t i = 1; i < cells.size(); ++i) {
    if (cells[i].text != std::to_string(i - 1)) {
      return false;
    }
  }
  return true;
}

/// Decides from the first two lines; `second` is empty where there is only one.
Layout find_layout(const std::vector<CsvCell>& first, const std::vector<CsvCell>& second) {
  const bool text_first = is_name(first.front());
  const bool text_below = !second.empty() && is_name(second.front());
  const bool empty_corner = first.front().text.empty();
  const bool names_after_first = std::any_of(first.begin() + 1, first.end(), is_name);
  Layout layout;
  if (first.size() == 1) {
    layout.header = text_first;
  } else {
    layout.header =
        names_after_first || (text_first && !second.empty() && !text_below) ||
        (empty_corner && (text_below || (!second.empty() && is_counting_header(first))));
  }
  if (!layout.header) {
    layout.row_names = text_first;
    return layout;
  }
  layout.short_header =
      second.size() == first.size() + 1 && !empty_corner && (text_below || second.front().quoted);
  layout.row_names = layout.short_header || (second.size() > 1 && (text_below || empty_corner));
  return layout;
}

/// Reads the rows into doubles, one after the other.
class RowReader {
 public:
  RowReader(CsvCursor cursor, bool row_names, const std::string& name, MissingCells missing)
      : cursor_(cursor), has_row_names_(row_names), name_(name), missing_(missing), values_(name) {}

  /// Cells per row, row name included; `line` is where that many were seen.
  void expect(std::size_t cells, std::size_t line) {
    cells_ = cells;
    cells_line_ = line;
  }

  void read_all() {
    while (cursor_.skip_blank_lines()) {
      if (rows_ > 0 && cursor_.line() != next_line_) {
        throw InvalidArgument(
            fmt::format("{}: line {} is blank, but line {} is not; take the blank lines out", name_,
                        next_line_, cursor_.line()));
      }
      read_row();
      next_line_ = cursor_.line();
      ++rows_;
    }
  }

  Index rows() const noexcept { return rows_; }
  ByteBuffer take_values() noexcept { return std::move(values_); }
  std::vector<std::string> take_row_names() noexcept { return std::move(row_names_); }

 private:
  void read_row() {
    const std::size_t line = cursor_.line();
    const CsvCursor::Place start = cursor_.place();
    std::size_t column = 1;
    bool ended_line = false;
    if (has_row_names_) {
      ended_line = cursor_.read_cell(cell_, column++);
      row_names_.push_back(cell_.text);
    }
    while (!ended_line && column <= cells_) {
      double value = 0;
      if (!cursor_.read_number(value, ended_line)) {
        value = read_other(column, ended_line);
      }
      values_.append(value);
      ++column;
    }
    if (!ended_line || column != cells_ + 1) {
      cursor_.go_to(start);
      const std::size_t found = cursor_.read_line().size();
      throw InvalidArgument(fmt::format(
          "{}: line {} has {} cell{}, but line {} has {}; every row needs the same number", name_,
          line, found, found == 1 ? "" : "s", cells_line_, cells_));
    }
  }

  /// A cell that read_number did not take: a number in quotes, a missing one, or an error.
  double read_other(std::size_t column, bool& ended_line) {
    const std::size_t line = cursor_.line();
    ended_line = cursor_.read_cell(cell_, column);
    const std::string& text = cell_.text;
    if (text.empty() || is_missing_mark(text)) {
      if (missing_ == MissingCells::nan) return std::numeric_limits<double>::quiet_NaN();
      throw InvalidArgument(fmt::format(
          "{}: line {}, column {}{}; write 0 where that is meant, or let missing = nan (--missing "
          "nan) take such cells for missing entries",
          name_, line, column,
          text.empty() ? " is empty" : ": " + quote_cell(text) + " is not a number"));
    }
    const ParsedNumber number = parse_number(text.data(), text.data() + text.size());
    if (number.error == NumberError::not_a_number || number.end != text.data() + text.size()) {
      throw InvalidArgument(fmt::format("{}: line {}, column {}: {} is not a number", name_, line,
                                        column, quote_cell(text)));
    }
    if (number.error == NumberError::too_large) {
      throw InvalidArgument(fmt::format(
          "{}: line {}, column {}: {} is larger than a float64 can be; scale the data down", name_,
          line, column, quote_cell(text)));
    }
    return number.value;
  }

  CsvCursor cursor_;
  bool has_row_names_;
  const std::string& name_;
  MissingCells missing_;
  std::size_t cells_ = 0;
  std::size_t cells_line_ = 1;
  std::size_t next_line_ = 1;
  Index rows_ = 0;
  CsvCell cell_;
  ByteBuffer values_;
  std::vector<std::string> row_names_;
};

/// Takes off UTF-8's byte order mark; refuses UTF-16, which spreadsheets call "Unicode text".
std::string_view without_byte_order_mark(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw InvalidArgument(fmt::format("{}: is UTF-16 text; save it as UTF-8", name));
  }
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

char find_separator(std::string_view text, CsvDialect dialect) {
  if (dialect == CsvDialect::tab) {
    return '\t';
  }
  const std::size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view line = text.substr(start, text.substr(start).find('\n'));
  const bool semicolons =
      line.find(',') == std::string_view::npos && line.find(';') != std::string_view::npos;
  return semicolons ? ';' : ',';
}

}  // namespace

LoadedMatrix read_csv(std::string_view text, CsvDialect dialect, const std::string& name,
                      MissingCells missing) {
  text = without_byte_order_mark(text, name);
  CsvCursor cursor(text, find_separator(text, dialect), name);
  if (!cursor.skip_blank_lines()) {
    throw InvalidArgument(
        fmt::format("{}: is empty; it must hold at least one row of numbers", name));
  }
  const CsvCursor::Place first_place = cursor.place();
  std::vector<CsvCell> first = cursor.read_line();
  const bool more = cursor.skip_blank_lines();
  const CsvCursor::Place second_place = cursor.place();
  const std::vector<CsvCell> second = more ? cursor.read_line() : std::vector<CsvCell>{};

  const Layout layout = find_layout(first, second);
  if (layout.header && !more) {
    throw InvalidArgument(fmt::format(
        "{}: line {} holds names ({}, ...) and no row of numbers follows", name, first_place.line,
        quote_cell(std::find_if(first.begin(), first.end(), is_name)->text)));
  }
  cursor.go_to(layout.header ? second_place : first_place);

  RowReader rows(cursor, layout.row_names, name, missing);
  const std::size_t cells = first.size() + (layout.short_header ? 1 : 0);
  rows.expect(cells, layout.short_header ? second_place.line : first_place.line);
  rows.read_all();

  LoadedMatrix matrix;
  const auto cols = static_cast<Index>(cells - (layout.row_names ? 1 : 0));
  matrix.storage = rows.take_values();
  matrix.row_names = rows.take_row_names();
  if (layout.header) {
    for (std::size_t i = layout.row_names && !layout.short_header ? 1 : 0; i < first.size(); ++i) {
      matrix.column_names.push_back(std::move(first[i].text));
    }
  }
  matrix.view = DataView(matrix.storage.data(), ElementType::float64, rows.rows(), cols,
                         std::max<Index>(cols, 1), 1);
  return matrix;
}

}  // namespace nonneg::io
