// SPDX-License-Identifier: Apache-2.0
#include "io/matrix_market_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "base/byte_count.hpp"
#include "io/cell_text.hpp"
#include "nonneg/error.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::io {
namespace {

/// What the first line says.
struct Banner {
  bool coordinate = false;
  bool pattern = false;
  bool integer = false;
  bool symmetric = false;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Entries as they come. Values stay integers of 32 bits for as long as they all are.
class Coordinates {
 public:
  explicit Coordinates(bool integers) : integers_(integers) {}

  void reserve(std::size_t count) {
    rows_.reserve(count);
    columns_.reserve(count);
    integers_ ? int32_.reserve(count) : float64_.reserve(count);
  }

  void add(Index row, Index column, double value) {
    rows_.push_back(row);
    columns_.push_back(static_cast<std::int32_t>(column));
    if (integers_ && !fits_int32(value)) {
      float64_.assign(int32_.begin(), int32_.end());
      int32_ = {};
      integers_ = false;
    }
    if (integers_) {
      int32_.push_back(static_cast<std::int32_t>(value));
    } else {
      float64_.push_back(value);
    }
  }

  SparseMatrix matrix(Index rows, Index cols) const {
    const ArrayView values = integers_ ? ArrayView(int32_) : ArrayView(float64_);
    return SparseMatrix::from_triplets(rows, cols, rows_, columns_, values);
  }

 private:
  static bool fits_int32(double value) noexcept {
    return value >= std::numeric_limits<std::int32_t>::min() &&
           value <= std::numeric_limits<std::int32_t>::max() &&
           value == static_cast<double>(static_cast<std::int32_t>(value));
  }

  bool integers_;
  std::vector<Index> rows_;
  std::vector<std::int32_t> columns_;
  std::vector<std::int32_t> int32_;
  std::vector<double> float64_;
};

class MatrixMarketParser {
 public:
  MatrixMarketParser(std::string_view text, const std::string& name, std::uint64_t max_bytes)
      : text_(without_byte_order_mark(text)), name_(name), max_bytes_(max_bytes) {}

  LoadedMatrix parse() {
    read_banner();
    read_sizes();
    LoadedMatrix matrix;
    if (banner_.coordinate) {
      check_sparse_memory();
      matrix.sparse = read_coordinates();
      matrix.view = matrix.sparse.view();
      return matrix;
    }
    check_dense_memory();
    matrix.storage = ByteBuffer(name_);
    matrix.storage.assign_zeros(static_cast<std::uint64_t>(rows_) *
                                static_cast<std::uint64_t>(cols_) * sizeof(double));
    A_ = MatrixView<double>(reinterpret_cast<double*>(matrix.storage.data()), rows_, cols_);
    read_array();
    matrix.view = A_;
    return matrix;
  }

 private:
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> what, Args&&... args) const {
    throw InvalidArgument(fmt::format("{}: line {}: {}", name_, line_number_,
                                      fmt::format(what, std::forward<Args>(args)...)));
  }

  /// The next line that is neither blank nor a comment, in line_; false at the end.
  bool next_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line_ = trimmed(text_.substr(at_, end - at_));
      at_ = end + (end < text_.size() ? 1 : 0);
      ++line_number_;
      if (!line_.empty() && line_.front() != '%') {
        return true;
      }
    }
    line_ = {};
    return false;
  }

  /// The next word of line_, taken off it; empty at its end.
  std::string_view next_word() noexcept {
    line_ = trimmed(line_);
    const std::size_t end = std::min(line_.find_first_of(" \t\r"), line_.size());
    const std::string_view word = line_.substr(0, end);
    line_.remove_prefix(end);
    return word;
  }

  void expect_end_of_line() {
    const std::string_view word = next_word();
    if (!word.empty()) {
      fail("{} follows where the line should end", quote_cell(word));
    }
  }

  Index next_integer(std::string_view what) {
    const std::string_view word = next_word();
    if (word.empty()) {
      fail("{} is missing", what);
    }
    Index value = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error == std::errc::result_out_of_range && end == last) {
      fail("{} is {}, which does not fit into 64 bits", what, word);
    }
    if (error != std::errc{} || end != last) {
      fail("{} is {}, which is not an integer", what, quote_cell(word));
    }
    return value;
  }

  double to_number(std::string_view word) {
    const char* const last = word.data() + word.size();
    const ParsedNumber number = parse_number(word.data(), last);
    if (number.error == NumberError::not_a_number || number.end != last) {
      // Fortran writes the exponent of a double as D: 1.5D+03.
      const std::size_t exponent = word.find_first_of("dD");
      if (exponent != std::string_view::npos && word.find_first_of("eE") == word.npos) {
        std::string usual(word);
        usual[exponent] = 'e';
        if (is_number(usual)) return to_number(usual);
      }
      fail("{} is not a number", quote_cell(word));
    }
    if (number.error == NumberError::too_large) {
      fail("{} is larger than a float64 can be; scale the data down", quote_cell(word));
    }
    return number.value;
  }

  void read_banner() {
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line_ = text_.substr(0, end);
    at_ = end + (end < text_.size() ? 1 : 0);
    line_number_ = 1;
    if (lower_case(next_word()) != "%%matrixmarket" || lower_case(next_word()) != "matrix") {
      fail(
          "a MatrixMarket file begins with \"%%MatrixMarket matrix coordinate real general\" or "
          "the like");
    }
    const std::string form = lower_case(next_word());
    const std::string field = lower_case(next_word());
    const std::string symmetry = lower_case(next_word());
    expect_end_of_line();
    if (form != "coordinate" && form != "array") {
      fail("form {} is unknown; coordinate and array are read", quote_cell(form));
    }
    if (field != "real" && field != "double" && field != "integer" && field != "unsigned-integer" &&
        field != "pattern") {
      fail("field {} is not read; real, integer and pattern are", quote_cell(field));
    }
    if (symmetry == "skew-symmetric") {
      fail(
          "a skew-symmetric matrix has negative entries; real, integer or pattern matrices that "
          "are general or symmetric are read");
    }
    if (symmetry != "general" && symmetry != "symmetric") {
      fail("symmetry {} is not read; general and symmetric are", quote_cell(symmetry));
    }
    banner_ = {form == "coordinate", field == "pattern",
               field == "integer" || field == "unsigned-integer", symmetry == "symmetric"};
    if (banner_.pattern && !banner_.coordinate) {
      fail("a pattern has no values, and an array nothing else; pattern goes with coordinate");
    }
  }

  void read_sizes() {
    if (!next_line()) {
      fail("the file ends before its sizes; they follow the comments");
    }
    rows_ = next_integer("the number of rows");
    cols_ = next_integer("the number of columns");
    if (banner_.coordinate) {
      promised_ = next_integer("the number of entries");
    }
    expect_end_of_line();
    if (rows_ < 0 || cols_ < 0 || promised_ < 0) {
      fail("sizes {} x {} with {} entries: none may be negative", rows_, cols_, promised_);
    }
    if (banner_.symmetric && rows_ != cols_) {
      fail("a symmetric matrix is square, but this one is {} x {}", rows_, cols_);
    }
    banner_.coordinate ? check_coordinate_sizes() : check_array_sizes();
  }

  void check_coordinate_sizes() {
    constexpr Index kMaxColumns = std::numeric_limits<std::int32_t>::max();
    if (cols_ > kMaxColumns) {
      fail("{} columns: a sparse matrix may have at most {} columns", cols_, kMaxColumns);
    }
    // The shortest line of an entry is "1 1\n"; the last may lack its end.
    check_room(4);
  }

  void check_array_sizes() {
    Index bytes = 0;
    if (__builtin_mul_overflow(rows_, cols_, &bytes) ||
        __builtin_mul_overflow(bytes, Index{sizeof(double)}, &bytes)) {
      fail("{} x {} entries are more bytes than 64 bits can count", rows_, cols_);
    }
    // Written so that it cannot overflow: one of n and n + 1 is even.
    promised_ = !banner_.symmetric
                    ? rows_ * cols_
                    : (rows_ % 2 == 0 ? rows_ / 2 * (rows_ + 1) : (rows_ + 1) / 2 * rows_);
    check_room(2);
  }

  /// Refuses a promise that what follows cannot keep.
  void check_room(std::size_t entry_bytes) {
    sizes_line_ = line_number_;
    const std::size_t rest = text_.size() - at_;
    const auto room = static_cast<Index>((rest + 1) / entry_bytes);
    if (promised_ > room) {
      fail("{} x {} promises {} {}, but the {} bytes that follow hold {} at most", rows_, cols_,
           promised_, banner_.coordinate ? "entries" : "numbers", rest, room);
    }
  }

  void check_dense_memory() const {
    const std::uint64_t bytes =
        static_cast<std::uint64_t>(rows_) * static_cast<std::uint64_t>(cols_) * sizeof(double);
    if (bytes > max_bytes_) {
      throw OutOfMemory(
          fmt::format("{}: cannot allocate {} for it as a dense matrix ({} x {} float64): {} free; "
                      "leave out rows or columns, or save it as a dense .npy file in a smaller "
                      "type, which is read from disk in place",
                      name_, byte_count(bytes), rows_, cols_, byte_count(max_bytes_)),
          bytes, max_bytes_);
    }
  }

  /// The offsets of all rows twice, and the entries as they come and in their rows.
  void check_sparse_memory() const {
    const std::uint64_t mirrored = banner_.symmetric ? 2 : 1;
    const std::uint64_t value_bytes = banner_.pattern ? sizeof(float) : sizeof(double);
    const std::uint64_t entry_bytes = sizeof(Index) + 3 * sizeof(std::int32_t) + 2 * value_bytes;
    const std::uint64_t entries = mirrored * static_cast<std::uint64_t>(promised_);
    // The entries are bounded by the file's length, the rows by nothing.
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(rows_) + 1, 2 * sizeof(Index), &bytes) ||
        __builtin_add_overflow(bytes, entry_bytes * entries, &bytes)) {
      bytes = std::numeric_limits<std::uint64_t>::max();
    }
    if (bytes > max_bytes_) {
      throw OutOfMemory(
          fmt::format("{}: cannot allocate {} to read {} x {} with {} entries as a "
                      "sparse matrix: {} free; leave out rows or columns",
                      name_, byte_count(bytes), rows_, cols_, promised_, byte_count(max_bytes_)),
          bytes, max_bytes_);
    }
  }

  SparseMatrix read_coordinates() {
    Coordinates entries(banner_.integer || banner_.pattern);
    entries.reserve(static_cast<std::size_t>(promised_) * (banner_.symmetric ? 2 : 1));
    Index found = 0;
    for (; next_line(); ++found) {
      if (found == promised_) {
        fail("an entry more than the {} that line {} promises", promised_, sizes_line_);
      }
      const Index i = next_integer("the row");
      const Index j = next_integer("the column");
      double value = 1;
      if (!banner_.pattern) {
        const std::string_view word = next_word();
        if (word.empty()) {
          fail("the value of entry ({}, {}) is missing", i, j);
        }
        value = to_number(word);
      }
      expect_end_of_line();
      check_place(i, j);
      entries.add(i - 1, j - 1, value);
      if (banner_.symmetric && i != j) {
        entries.add(j - 1, i - 1, value);
      }
    }
    check_found(found);
    return entries.matrix(rows_, cols_);
  }

  void check_place(Index i, Index j) const {
    if (i < 1 || i > rows_) {
      fail("row {} lies outside 1 ... {}", i, rows_);
    }
    if (j < 1 || j > cols_) {
      fail("column {} lies outside 1 ... {}", j, cols_);
    }
    if (banner_.symmetric && i < j) {
      fail(
          "entry ({}, {}) lies above the diagonal, of which a symmetric file gives nothing; "
          "declare the file general if it gives both halves",
          i, j);
    }
  }

  /// Column after column; of a symmetric matrix the part from the diagonal down.
  void read_array() {
    Index found = 0;
    Index i = 0;
    Index j = 0;
    while (next_line()) {
      for (std::string_view word = next_word(); !word.empty(); word = next_word(), ++found) {
        if (found == promised_) {
          fail("a number more than the {} that line {} promises", promised_, sizes_line_);
        }
        const double value = to_number(word);
        A_(i, j) = value;
        if (banner_.symmetric) {
          A_(j, i) = value;
        }
        if (++i == rows_) {
          ++j;
          i = banner_.symmetric ? j : 0;
        }
      }
    }
    check_found(found);
  }

  void check_found(Index found) const {
    if (found != promised_) {
      throw InvalidArgument(
          fmt::format("{}: is cut short: line {} promises {} entries, but {} are there; copy it "
                      "again, or correct that line",
                      name_, sizes_line_, promised_, found));
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::uint64_t max_bytes_;
  std::size_t at_ = 0;
  std::size_t line_number_ = 0;
  std::size_t sizes_line_ = 0;
  /// What is left of the current line.
  std::string_view line_;
  Banner banner_;
  Index rows_ = 0;
  Index cols_ = 0;
  /// Entries that the file says it holds.
  Index promised_ = 0;
  /// Where an array goes.
  MatrixView<double> A_;
};

}  // namespace

LoadedMatrix read_matrix_market(std::string_view text, const std::string& name,
                                std::uint64_t max_bytes) {
  return MatrixMarketParser(text, name, max_bytes).parse();
}

}  // namespace nonneg::io
