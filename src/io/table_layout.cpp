// SPDX-License-Identifier: Apache-2.0
#include "io/table_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

using Cells = std::vector<CsvCell>;

/// Ascending by one says as much in this many lines ...
constexpr std::size_t kCounting = 3;
/// ... as ascending by anything does in this many.
constexpr std::size_t kAscending = 8;

bool same_letters(std::string_view text, std::string_view lower_case) {
  return std::equal(
      text.begin(), text.end(), lower_case.begin(), lower_case.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

class LayoutFinder {
 public:
  LayoutFinder(const std::vector<TableLine>& lines, const TableOptions& options, bool missing,
               const std::string& name)
      : lines_(lines),
        options_(options),
        missing_(missing),
        name_(name),
        first_(lines.front().cells) {}

  TableLayout find() {
    layout_.trailing = ends_in_delimiters();
    layout_.header = options_.header.value_or(false) || (!options_.header && header());
    const std::size_t data = layout_.header ? 1 : 0;
    width_ = lines_.size() > data ? width(lines_[data].cells) : width(first_);
    layout_.short_header = layout_.header && is_short();
    layout_.index = options_.index ? requested_index() : layout_.short_header ? 1 : index();
    for (std::size_t j = 0; j < width_; ++j) layout_.text_columns.push_back(is_text_column(j));
    return std::move(layout_);
  }

 private:
  bool is_number(const CsvCell& cell) const {
    double ignored = 0;
    return io::is_number(cell.text, options_.decimal) || is_truth(cell.text, ignored);
  }
  /// Text that can only be a name.
  bool is_name(const CsvCell& cell) const {
    // A number with another decimal point is none, and a mistake.
    return !cell.text.empty() && !is_number(cell) && !is_missing_mark(cell.text) &&
           !io::is_number(cell.text, options_.decimal == '.' ? ',' : '.');
  }
  [[noreturn]] void ask(const std::string& what) const {
    throw InvalidArgument(fmt::format("{}: {}", name_, what));
  }
  [[noreturn]] void ask_header(const std::string& why) const {
    ask(fmt::format(
        "whether line {} ({}) names the columns cannot be told: {}; say header = yes or no",
        lines_.front().number, shown(first_), why));
  }
  [[noreturn]] void ask_index(const std::string& why) const {
    ask(fmt::format(
        "whether the first column ({}) names the rows cannot be told: {}; say index = 1 or 0",
        first_column_shown(), why));
  }
  static std::string shown(const Cells& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size() && i < 4; ++i) {
      text += (i > 0 ? ", " : "") + quote_cell(cells[i].text);
    }
    return cells.size() > 4 ? text + ", ..." : text;
  }
  std::string first_column_shown() const {
    std::string text;
    for (std::size_t i = 0; i < lines_.size() && i < 4; ++i) {
      text += (i > 0 ? ", " : "") + quote_cell(lines_[i].cells.front().text);
    }
    return lines_.size() > 4 ? text + ", ..." : text;
  }

  std::size_t width(const Cells& cells) const {
    return cells.size() - (layout_.trailing && !cells.back().quoted && cells.back().text.empty());
  }

  bool ends_in_delimiters() const {
    const auto open = [](const TableLine& line) {
      return line.cells.size() > 1 && line.cells.back().text.empty() && !line.cells.back().quoted;
    };
    if (lines_.size() < 2 || !std::all_of(lines_.begin() + 1, lines_.end(), open)) return false;
    const std::size_t below = lines_[1].cells.size();
    return (first_.size() == below && open(lines_.front())) ||
           (first_.size() + 1 == below && !first_.back().text.empty());
  }

  /// Whether the cells after the first of a line are quoted where those of the next are not: what
  /// writes it so quotes text alone.
  bool quoted_against(const Cells& line, const Cells& below) const {
    const auto quoted = [](const CsvCell& cell) { return cell.quoted || cell.text.empty(); };
    return line.size() > 1 && std::all_of(line.begin() + 1, line.end(), quoted) &&
           std::any_of(line.begin() + 1, line.end(), [](const CsvCell& c) { return c.quoted; }) &&
           std::none_of(below.begin() + 1, below.end(),
                        [](const CsvCell& cell) { return cell.quoted; });
  }

  bool header() const {
    const Cells none;
    const Cells& below = lines_.size() > 1 ? lines_[1].cells : none;
    if (first_.size() == 1) return single_column_header();
    std::size_t names = 0;
    std::size_t numbers = 0;
    for (std::size_t i = 1; i < first_.size(); ++i) {
      names += is_name(first_[i]) ? 1 : 0;
      numbers += is_number(first_[i]) ? 1 : 0;
    }
    if (!below.empty() && quoted_against(first_, below)) return true;
    if (names > 0) return header_of_names(numbers, below);
    if (numbers == 0) return false;
    return header_of_numbers(below);
  }

  bool single_column_header() const {
    if (!is_name(first_.front())) return false;
    if (lines_.size() > 1 && is_like_number(first_.front().text) &&
        is_number(lines_[1].cells.front())) {
      ask_header("it may be a number gone wrong, as numbers follow");
    }
    return true;
  }

  /// The first line has text after its first cell.
  bool header_of_names(std::size_t numbers, const Cells& below) const {
    const bool corner_number = is_number(first_.front());
    if (numbers == 0 && !corner_number) return true;
    // A column of text in a table without a header has text in every line.
    const auto like_below = [&](std::size_t i) { return is_name(first_[i]) == is_name(below[i]); };
    bool alike = below.size() == first_.size();
    for (std::size_t i = 0; alike && i < first_.size(); ++i) alike = like_below(i);
    if (alike) return false;
    const auto text = std::find_if(first_.begin() + 1, first_.end(),
                                   [this](const CsvCell& cell) { return is_name(cell); });
    ask_header(
        fmt::format("it has names and numbers, and {} in column {} may be a number gone wrong",
                    quote_cell(text->text), text - first_.begin() + 1));
  }

  /// The first line has numbers after its first cell, and no text.
  bool header_of_numbers(const Cells& below) const {
    if (below.empty() || !may_be_labels(first_)) return false;
    const CsvCell& corner = first_.front();
    if (corner.text.empty()) {
      if (!missing_ || is_name(below.front()) || counts_up(first_, 1, 0)) return true;
      ask_header("its first cell may be a missing entry, or the corner above row names");
    }
    if (is_name(corner)) {
      if (!is_name(below.front()) && !is_like_number(corner.text)) return true;
      ask_header("its numbers may be labels, or entries of a row with that name");
    }
    const bool gaps = std::any_of(below.begin(), below.end(),
                                  [this](const CsvCell& cell) { return !is_number(cell); });
    // Lines that cannot be read are refused for what they are.
    if (below.size() != first_.size() || (gaps && !missing_)) return false;
    if (is_progression(first_) && !is_progression(below)) {
      ask_header("its numbers ascend in equal steps, as labels do, and those below do not");
    }
    if (std::all_of(first_.begin(), first_.end(), written_whole) && none_whole(0, 1)) {
      ask_header("its numbers are whole, as labels are, and those below are not");
    }
    return false;
  }

  static bool written_whole(const CsvCell& cell) {
    return cell.text.find_first_not_of("0123456789") == std::string::npos && !cell.text.empty();
  }

  /// Whether no cell from a column and a line on is written as a whole number.
  bool none_whole(std::size_t column, std::size_t line) const {
    return std::all_of(lines_.begin() + static_cast<std::ptrdiff_t>(line), lines_.end(),
                       [column](const TableLine& one) {
                         return one.cells.size() > column &&
                                std::none_of(
                                    one.cells.begin() + static_cast<std::ptrdiff_t>(column),
                                    one.cells.end(), written_whole);
                       });
  }

  /// Labels are there, and differ from each other.
  bool may_be_labels(const Cells& cells) const {
    std::unordered_set<std::string_view> seen;
    return std::all_of(cells.begin() + 1, cells.end(), [&](const CsvCell& cell) {
      return is_number(cell) && seen.insert(cell.text).second;
    });
  }

  /// Whether the cells from `begin` on are `first`, `first` + 1, ...
  static bool counts_up(const Cells& cells, std::size_t begin, std::size_t first) {
    for (std::size_t i = begin; i < cells.size(); ++i) {
      if (cells[i].text != std::to_string(first + i - begin)) return false;
    }
    return true;
  }

  std::optional<double> value(const CsvCell& cell) const {
    const char* const last = cell.text.data() + cell.text.size();
    const ParsedNumber number = parse_number(cell.text.data(), last, options_.decimal);
    if (number.error != NumberError::none || number.end != last || !std::isfinite(number.value)) {
      return {};
    }
    return number.value;
  }

  /// Four numbers or more that ascend in equal steps, or three that ascend by one: but 1, 2, 3 are
  /// what small examples begin with.
  bool is_progression(const Cells& cells) const {
    std::vector<double> values;
    for (const CsvCell& cell : cells) {
      const std::optional<double> number = value(cell);
      if (!number) return false;
      values.push_back(*number);
    }
    if (values.size() < 3) return false;
    const double step = values[1] - values[0];
    if (!(step > 0) || (values.size() == 3 && (step != 1 || values[0] == 1))) return false;
    for (std::size_t i = 2; i < values.size(); ++i) {
      const double expected = values[0] + step * static_cast<double>(i);
      // Labels are rounded to the digits that they are written with.
      if (std::abs(values[i] - expected) > 1e-3 * step * static_cast<double>(i)) return false;
    }
    return true;
  }

  bool is_short() const {
    if (lines_.size() < 2) return false;
    const Cells& below = lines_[1].cells;
    const bool named =
        options_.index ? *options_.index == 1 : is_name(below.front()) || below.front().quoted;
    return width(below) == width(first_) + 1 && named &&
           (options_.index || !first_.front().text.empty());
  }

  std::size_t requested_index() const {
    const Index index = *options_.index;
    if (index >= 0 && index <= static_cast<Index>(width_)) return static_cast<std::size_t>(index);
    ask(fmt::format("index = {}: must be the number of a column, from 1 to {}, or 0 for none",
                    index, width_));
  }

  std::size_t index() const {
    if (width_ < 2) return 0;
    const CsvCell& corner = first_.front();
    const std::size_t begin = layout_.header ? 1 : 0;
    if (layout_.header && (corner.text.empty() || same_letters(corner.text, "unnamed: 0")))
      return 1;
    std::size_t names = 0;
    for (std::size_t i = begin; i < lines_.size(); ++i) {
      names += is_name(lines_[i].cells.front()) ? 1 : 0;
    }
    const std::size_t rows = lines_.size() - begin;
    if (rows == 0) return 0;
    if (is_name(lines_[begin].cells.front()) || 2 * names > rows) {
      if (is_like_number(lines_[begin].cells.front().text) && 2 * names <= rows) return 0;
      return 1;
    }
    const bool quoted = std::all_of(
        lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines_.end(), [](const TableLine& l) {
          return l.cells.front().quoted &&
                 std::none_of(l.cells.begin() + 1, l.cells.end(),
                              [](const CsvCell& cell) { return cell.quoted; });
        });
    if (quoted) return 1;
    if (layout_.header && is_name(corner) &&
        !std::any_of(first_.begin() + 1, first_.end(),
                     [&](const CsvCell& cell) { return is_name(cell); })) {
      ask_index(fmt::format("{} is a word above it, and numbers stand above the others",
                            quote_cell(corner.text)));
    }
    if (layout_.header && counts_from_the_start()) {
      ask_index("it counts its lines, as labels do");
    }
    if (std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines_.end(),
                    [](const TableLine& line) { return has_leading_zero(line.cells.front()); })) {
      ask_index("its numbers begin with zeros, as codes do");
    }
    if (ascends(0, begin) && !ascends(1, begin)) {
      ask_index("its numbers ascend from line to line, as labels do");
    }
    if (rows >= kCounting && labels_in_first_column(begin) &&
        (layout_.header ? some_broken(begin) : none_whole(1, begin))) {
      ask_index("its numbers are whole and differ, as labels do, and others are not whole");
    }
    return 0;
  }

  /// "01234": a number would be written without the zero.
  static bool has_leading_zero(const CsvCell& cell) {
    return cell.text.size() > 1 && cell.text.front() == '0' && written_whole(cell);
  }

  /// Whether the lines below a header count 0, 1, ... or 1, 2, ... in their first cells.
  bool counts_from_the_start() const {
    if (lines_.size() < 3) return false;
    const std::string& first = lines_[1].cells.front().text;
    if (first != "0" && first != "1") return false;
    const std::size_t from = first == "0" ? 0 : 1;
    for (std::size_t i = 1; i < lines_.size(); ++i) {
      if (lines_[i].cells.front().text != std::to_string(from + i - 1)) return false;
    }
    return true;
  }

  /// Whether a cell after the first of a line has a fraction.
  bool some_broken(std::size_t begin) const {
    const auto broken = [this](const CsvCell& cell) {
      const std::optional<double> number = value(cell);
      return number && *number != std::floor(*number);
    };
    return std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines_.end(),
                       [&broken](const TableLine& line) {
                         return std::any_of(line.cells.begin() + 1, line.cells.end(), broken);
                       });
  }

  bool labels_in_first_column(std::size_t begin) const {
    std::unordered_set<std::string_view> seen;
    return std::all_of(lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines_.end(),
                       [&](const TableLine& line) {
                         const CsvCell& cell = line.cells.front();
                         return written_whole(cell) && seen.insert(cell.text).second;
                       });
  }

  /// Whether a column ascends by one in three lines or more, or by anything in eight or more.
  bool ascends(std::size_t column, std::size_t begin) const {
    const std::size_t rows = lines_.size() - begin;
    bool by_one = rows >= kCounting;
    bool at_all = rows >= kAscending;
    std::optional<double> before;
    for (std::size_t i = begin; i < lines_.size() && (by_one || at_all); ++i) {
      if (lines_[i].cells.size() <= column) return false;
      const std::optional<double> now = value(lines_[i].cells[column]);
      if (!now) return false;
      if (before) {
        by_one = by_one && *now == *before + 1;
        at_all = at_all && *now > *before;
      }
      before = now;
    }
    return by_one || at_all;
  }

  bool is_text_column(std::size_t column) const {
    std::size_t names = 0;
    std::size_t rows = 0;
    for (std::size_t i = layout_.header ? 1 : 0; i < lines_.size(); ++i, ++rows) {
      const Cells& cells = lines_[i].cells;
      names += column < cells.size() && is_name(cells[column]) ? 1 : 0;
    }
    return 2 * names > rows;
  }

  const std::vector<TableLine>& lines_;
  const TableOptions& options_;
  bool missing_;
  const std::string& name_;
  const Cells& first_;
  TableLayout layout_;
  /// Cells of a line of data.
  std::size_t width_ = 0;
};

}  // namespace

bool is_missing_mark(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kMarks{"na",   "n/a", "#n/a", "<na>", "null",
                                                           "none", "nil", "-",    "?",    "."};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [text](std::string_view mark) { return same_letters(text, mark); });
}

bool is_like_number(std::string_view text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return text.size() > sign && std::isdigit(static_cast<unsigned char>(text[sign])) != 0;
}

bool is_truth(std::string_view text, double& value) {
  const bool yes = same_letters(text, "true");
  value = yes ? 1 : 0;
  return yes || same_letters(text, "false");
}

TableLayout find_layout(const std::vector<TableLine>& lines, const TableOptions& options,
                        bool missing, const std::string& name) {
  return LayoutFinder(lines, options, missing, name).find();
}

}  // namespace nonneg::io
