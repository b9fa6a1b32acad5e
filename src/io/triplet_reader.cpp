// SPDX-License-Identifier: Apache-2.0
#include "io/triplet_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "io/table_lines.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// The rows or the columns, by label.
class Labels {
 public:
  std::int64_t number_of(const std::string& label) {
    const auto [found, added] =
        numbers_.try_emplace(label, static_cast<std::int64_t>(numbers_.size()));
    if (added) in_order_.push_back(&found->first);
    return found->second;
  }
  Index size() const { return static_cast<Index>(in_order_.size()); }

  /// Puts whole numbers in ascending order: `indices`, of what number_of returned, follow.
  std::vector<std::string> take_sorted(std::vector<std::int64_t>& indices) const {
    std::vector<std::int64_t> values;
    for (const std::string* const label : in_order_) {
      std::int64_t value = 0;
      const char* const last = label->data() + label->size();
      const auto [end, error] = std::from_chars(label->data(), last, value);
      if (error != std::errc{} || end != last) break;
      values.push_back(value);
    }
    std::vector<std::size_t> order(in_order_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (values.size() == order.size()) {
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    }
    std::vector<std::int64_t> place(order.size());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = static_cast<std::int64_t>(i);
      names.push_back(*in_order_[order[i]]);
    }
    for (std::int64_t& index : indices) index = place[static_cast<std::size_t>(index)];
    return names;
  }

 private:
  std::unordered_map<std::string, std::int64_t> numbers_;
  /// The keys of the map, which stay where they are.
  std::vector<const std::string*> in_order_;
};

class TripletReader {
 public:
  TripletReader(const TableBeginning& beginning, const std::vector<std::size_t>& columns,
                const std::string& name)
      : beginning_(beginning),
        columns_(columns),
        name_(name),
        cursor_(beginning.table.text, beginning.table.syntax, name) {
    cursor_.go_to(beginning.data);
  }

  LoadedMatrix read() {
    while (cursor_.skip_to_line()) read_line();
    LoadedMatrix matrix;
    matrix.row_names = rows_.take_sorted(row_indices_);
    matrix.column_names = cols_.take_sorted(col_indices_);
    matrix.sparse = made();
    matrix.view = matrix.sparse.view();
    const auto lines = static_cast<Index>(values_.size());
    if (matrix.sparse.entries() < lines) {
      matrix.warnings.push_back(
          fmt::format("{}: {} of {} lines have a row and a column that came before; their values "
                      "are added up",
                      name_, lines - matrix.sparse.entries(), lines));
    }
    return matrix;
  }

 private:
  void read_line() {
    const std::size_t line = cursor_.line();
    bool ended_line = false;
    std::size_t column = 0;
    for (; !ended_line && column < beginning_.cells; ++column) {
      double value = 0;
      if (column == columns_[2] && cursor_.read_number(value, ended_line)) {
        values_.push_back(value);
        continue;
      }
      ended_line = cursor_.read_cell(cell_, column + 1);
      if (column == columns_[0]) row_indices_.push_back(rows_.number_of(label(line, column)));
      if (column == columns_[1]) col_indices_.push_back(cols_.number_of(label(line, column)));
      if (column == columns_[2]) values_.push_back(quoted_value(line, column));
    }
    if (!ended_line || column != beginning_.cells) {
      throw InvalidArgument(fmt::format(
          "{}: line {} has {} than {} cells, as line {} has; every line needs the same number",
          name_, line, ended_line ? "less" : "more", beginning_.cells, beginning_.cells_line));
    }
  }

  const std::string& label(std::size_t line, std::size_t column) const {
    if (!cell_.text.empty()) return cell_.text;
    throw InvalidArgument(fmt::format("{}: line {}, column {} is empty; it must name a {}", name_,
                                      line, column + 1, column == columns_[0] ? "row" : "column"));
  }

  double quoted_value(std::size_t line, std::size_t column) const {
    const std::string& text = cell_.text;
    const char* const last = text.data() + text.size();
    const ParsedNumber number = parse_number(text.data(), last, beginning_.table.syntax.decimal);
    if (number.error == NumberError::none && number.end == last && !text.empty()) {
      return number.value;
    }
    throw InvalidArgument(fmt::format(
        "{}: line {}, column {}: {} is not a number; a line without a value is to be left out",
        name_, line, column + 1, text.empty() ? "an empty cell" : quote_cell(text)));
  }

  SparseMatrix made() const {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const bool whole = std::all_of(values_.begin(), values_.end(), [](double value) {
      return std::abs(value) <= kExact && value == std::floor(value);
    });
    if (!whole) {
      return SparseMatrix::from_triplets(rows_.size(), cols_.size(), row_indices_, col_indices_,
                                         values_);
    }
    const std::vector<std::int64_t> counts(values_.begin(), values_.end());
    return SparseMatrix::from_triplets(rows_.size(), cols_.size(), row_indices_, col_indices_,
                                       counts);
  }

  const TableBeginning& beginning_;
  /// Of row, column and value.
  const std::vector<std::size_t>& columns_;
  const std::string& name_;
  CsvCursor cursor_;
  CsvCell cell_;
  Labels rows_;
  Labels cols_;
  std::vector<std::int64_t> row_indices_;
  std::vector<std::int64_t> col_indices_;
  std::vector<double> values_;
};

/// A header's third cell is a name: neither a number, nor a missing one, nor one gone wrong, which
/// is asked about.
bool has_header(std::string_view text, const TableRequest& request, const std::string& name) {
  const TableText table = find_syntax(text, request.dialect, request.table, name);
  CsvCursor cursor(table.text, table.syntax, name, table.first_line);
  if (!cursor.skip_to_line()) return false;
  const std::vector<CsvCell> first = cursor.read_line();
  if (first.size() < 3) return false;
  const std::string& value = first[2].text;
  if (value.empty() || is_missing_mark(value) || is_number(value, table.syntax.decimal))
    return false;
  if (is_like_number(value)) {
    throw InvalidArgument(fmt::format(
        "{}: whether line {} names the columns cannot be told: {} in column 3 may be a number gone "
        "wrong; say header = yes or no",
        name, table.first_line, quote_cell(value)));
  }
  return true;
}

std::string column_words(const TableBeginning& beginning, std::size_t column) {
  const std::string* const name = beginning.name_of(column);
  return name != nullptr ? *name : std::to_string(column + 1);
}

}  // namespace

LoadedMatrix read_triplets(std::string_view text, const TableRequest& request,
                           const std::string& name) {
  TableOptions options = request.table;
  if (options.index.value_or(0) != 0) {
    throw InvalidArgument(fmt::format(
        "{}: index = {}: triplets have row labels in their first column; leave index out", name,
        *options.index));
  }
  options.index = 0;
  if (!options.header) options.header = has_header(text, request, name);
  TableBeginning beginning = read_beginning(text, request.dialect, options, false, name);
  const std::vector<bool> dropped = drop_columns(beginning, request.drop_columns, name);
  std::vector<std::size_t> columns;
  std::string further;
  for (std::size_t j = 0; j < beginning.columns(); ++j) {
    if (dropped[j]) continue;
    if (columns.size() >= 3) further += (further.empty() ? "" : ",") + column_words(beginning, j);
    columns.push_back(j);
  }
  if (columns.size() != 3) {
    throw InvalidArgument(fmt::format(
        "{}: has {} columns, and triplets have three: row, column, value{}", name, columns.size(),
        further.empty()
            ? std::string()
            : fmt::format("; let drop_columns = {} leave out what is none of them", further)));
  }
  LoadedMatrix matrix = TripletReader(beginning, columns, name).read();
  matrix.layout = fmt::format(
      "triplets: rows by {}, columns by {}, values {}", column_words(beginning, columns[0]),
      column_words(beginning, columns[1]), column_words(beginning, columns[2]));
  return matrix;
}

bool looks_like_triplets(const LoadedMatrix& matrix) {
  constexpr Index kLeastRows = 20;
  constexpr Index kLooked = 10'000;
  const DataView& view = matrix.view;
  const bool named = !matrix.row_names.empty();
  const Index columns = view.cols() + (named ? 1 : 0);
  if (view.sparse() || view.rows() < kLeastRows || columns < 3 || columns > 4) return false;
  const auto* const entries = static_cast<const double*>(view.data());
  std::set<std::pair<std::string, double>> pairs;
  std::set<std::string> first;
  std::set<double> second;
  const Index rows = std::min(view.rows(), kLooked);
  for (Index i = 0; i < rows; ++i) {
    const double* const row = entries + i * view.row_stride();
    const double column = named ? row[0] : row[1];
    if (column != std::floor(column) || (!named && row[0] != std::floor(row[0]))) return false;
    const std::string label =
        named ? matrix.row_names[static_cast<std::size_t>(i)] : fmt::format("{}", row[0]);
    if (!pairs.emplace(label, column).second) return false;
    first.insert(label);
    second.insert(column);
  }
  const auto most = static_cast<std::size_t>(rows / 2);
  return first.size() <= most && second.size() <= static_cast<std::size_t>(rows) * 9 / 10;
}

}  // namespace nonneg::io
