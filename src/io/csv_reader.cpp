// SPDX-License-Identifier: Apache-2.0
#include "io/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "io/csv_cells.hpp"
#include "io/table_lines.hpp"
#include "io/triplet_reader.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// Reads the rows into doubles, one after the other.
class RowReader {
 public:
  RowReader(const TableBeginning& beginning, std::vector<bool> dropped, const std::string& name,
            MissingCells missing)
      : beginning_(beginning),
        dropped_(std::move(dropped)),
        cursor_(beginning.table.text, beginning.table.syntax, name),
        name_(name),
        missing_(missing),
        values_(name) {
    cursor_.go_to(beginning.data);
    const TableLayout& layout = beginning.layout;
    if (layout.index > 0) dropped_[layout.index - 1] = true;
    if (layout.trailing) dropped_.back() = true;
  }

  void read_all() {
    while (cursor_.skip_to_line()) {
      if (rows_ > 0 && cursor_.skipped_blank_line() != 0) {
        throw InvalidArgument(
            fmt::format("{}: line {} is blank, but line {} is not; take the blank lines out", name_,
                        cursor_.skipped_blank_line(), cursor_.line()));
      }
      read_row();
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
    std::size_t column = 0;
    bool ended_line = false;
    while (!ended_line && column < dropped_.size()) {
      double value = 0;
      if (dropped_[column]) {
        ended_line = pass_over(column);
      } else if (cursor_.read_number(value, ended_line)) {
        values_.append(value);
      } else {
        values_.append(read_other(column + 1, ended_line));
      }
      ++column;
    }
    if (!ended_line || column != dropped_.size()) {
      cursor_.go_to(start);
      refuse_length(line, cursor_.read_line().size());
    }
  }

  /// A row name, or a cell that is left out.
  bool pass_over(std::size_t column) {
    const std::size_t line = cursor_.line();
    const bool ended_line = cursor_.read_cell(cell_, column + 1);
    const TableLayout& layout = beginning_.layout;
    if (column + 1 == layout.index) {
      row_names_.push_back(cell_.text);
    } else if (layout.trailing && column + 1 == dropped_.size() && !cell_.text.empty()) {
      throw InvalidArgument(fmt::format(
          "{}: line {}, column {}: {} is there, but the lines above end in a delimiter with "
          "nothing behind it; every row needs the same number of cells",
          name_, line, column + 1, quote_cell(cell_.text)));
    }
    return ended_line;
  }

  [[noreturn]] void refuse_length(std::size_t line, std::size_t found) const {
    const std::size_t cells = dropped_.size();
    const bool unnamed = found == cells + 1 && beginning_.layout.header &&
                         line == beginning_.cells_line + 1 && beginning_.layout.index == 0;
    throw InvalidArgument(fmt::format(
        "{}: line {} has {} cell{}, but line {} has {}; every row needs the same number{}", name_,
        line, found, found == 1 ? "" : "s", beginning_.cells_line, cells,
        unnamed ? "; where the first column names the rows and the header leaves it out, as R "
                  "does, say index = 1"
        : cells == 1 && found > 1 && line > beginning_.cells_line
            ? "; a line of text above the table is to be taken out, or left out by comment = and "
              "what it begins with"
            : ""));
  }

  /// A cell that read_number did not take: a number in quotes, a missing one, or an error.
  double read_other(std::size_t column, bool& ended_line) {
    const std::size_t line = cursor_.line();
    ended_line = cursor_.read_cell(cell_, column);
    const std::string& text = cell_.text;
    if (text.empty() || is_missing_mark(text)) {
      if (missing_ == MissingCells::nan) return std::numeric_limits<double>::quiet_NaN();
      throw InvalidArgument(fmt::format(
          "{}: line {}, column {}{}; write 0 where that is meant, or let missing = nan take "
          "such cells for missing entries",
          name_, line, column,
          text.empty() ? " is empty" : ": " + quote_cell(text) + " is not a number"));
    }
    double truth = 0;
    if (is_truth(text, truth)) return truth;
    const char decimal = beginning_.table.syntax.decimal;
    const ParsedNumber number = parse_number(text.data(), text.data() + text.size(), decimal);
    if (number.error == NumberError::not_a_number || number.end != text.data() + text.size()) {
      throw InvalidArgument(fmt::format("{}: line {}, column {}: {} is not a number{}", name_, line,
                                        column, quote_cell(text), remedy(text, column)));
    }
    if (number.error == NumberError::too_large) {
      throw InvalidArgument(fmt::format(
          "{}: line {}, column {}: {} is larger than a float64 can be; scale the data down", name_,
          line, column, quote_cell(text)));
    }
    return number.value;
  }

  /// What to do about text that is no number; empty where nothing but a number helps.
  std::string remedy(const std::string& text, std::size_t column) const {
    const std::vector<bool>& text_columns = beginning_.layout.text_columns;
    if (column <= text_columns.size() && text_columns[column - 1]) {
      const std::string* const header = beginning_.name_of(column - 1);
      return fmt::format(
          "; let drop_columns = {} leave that column of text out, or index = {} take it for names "
          "of the rows{}",
          quote_cell(header != nullptr ? *header : std::to_string(column)), column,
          beginning_.columns() == 3
              ? ", or format = triplets read each line as row, column and value"
              : "");
    }
    const char decimal = beginning_.table.syntax.decimal;
    if (decimal == '.' && is_number(text, ',')) {
      return "; let decimal = ',' read decimal commas, and write thousands without "
             "separators";
    }
    if (decimal == ',' && is_number(text, '.')) {
      return "; let decimal = '.' read decimal points";
    }
    return {};
  }

  const TableBeginning& beginning_;
  /// Which columns are no data: row names, what is to be left out, a trailing delimiter's.
  std::vector<bool> dropped_;
  CsvCursor cursor_;
  const std::string& name_;
  MissingCells missing_;
  Index rows_ = 0;
  CsvCell cell_;
  ByteBuffer values_;
  std::vector<std::string> row_names_;
};

}  // namespace

LoadedMatrix read_csv(std::string_view text, const TableRequest& request, const std::string& name) {
  const bool missing = request.missing == MissingCells::nan;
  TableBeginning beginning = read_beginning(text, request.dialect, request.table, missing, name);
  const std::vector<bool> dropped = drop_columns(beginning, request.drop_columns, name);
  require_names_of_columns(beginning, dropped, name);
  RowReader rows(beginning, dropped, name, request.missing);
  rows.read_all();

  LoadedMatrix matrix;
  const TableLayout& layout = beginning.layout;
  Index cols = 0;
  for (std::size_t j = 0; j < beginning.columns(); ++j) {
    if (dropped[j] || j + 1 == layout.index) continue;
    ++cols;
    if (const std::string* const column = beginning.name_of(j)) {
      matrix.column_names.push_back(*column);
    }
  }
  matrix.storage = rows.take_values();
  matrix.row_names = rows.take_row_names();
  matrix.layout = layout_words(beginning, dropped, request.dialect);
  matrix.view = DataView(matrix.storage.data(), ElementType::float64, rows.rows(), cols,
                         std::max<Index>(cols, 1), 1);
  if (looks_like_triplets(matrix)) {
    matrix.warnings.push_back(fmt::format(
        "{}: its columns look like row, column and value of {} entries, and are taken as a {} x {} "
        "matrix; format = triplets takes them as the entries of one",
        name, matrix.view.rows(), matrix.view.rows(), matrix.view.cols()));
  }
  return matrix;
}

}  // namespace nonneg::io
