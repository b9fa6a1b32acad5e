#include "io/matrix_market_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include "io/byte_count.hpp"
#include "io/cell_text.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// What the first line says.
struct Banner {
  bool coordinate = false;
  bool pattern = false;
  bool symmetric = false;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

class MatrixMarketParser {
 public:
  MatrixMarketParser(std::string_view text, const std::string& name, std::uint64_t max_bytes)
      : text_(text), name_(name), max_bytes_(max_bytes) {}

  LoadedMatrix parse() {
    read_banner();
    read_sizes();
    check_memory();
    LoadedMatrix matrix;
    matrix.storage = ByteBuffer(name_);
    matrix.storage.assign_zeros(static_cast<std::uint64_t>(rows_) *
                                static_cast<std::uint64_t>(cols_) * sizeof(double));
    A_ = MatrixView<double>(reinterpret_cast<double*>(matrix.storage.data()), rows_, cols_);
    if (banner_.coordinate) {
      read_coordinates();
    } else {
      read_array();
    }
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
    if (field != "real" && field != "double" && field != "integer" && field != "pattern") {
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
    banner_ = {form == "coordinate", field == "pattern", symmetry == "symmetric"};
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
    Index bytes = 0;
    if (__builtin_mul_overflow(rows_, cols_, &bytes) ||
        __builtin_mul_overflow(bytes, Index{sizeof(double)}, &bytes)) {
      fail("{} x {} entries are more bytes than 64 bits can count", rows_, cols_);
    }
    if (!banner_.coordinate) {
      // Written so that it cannot overflow: one of n and n + 1 is even.
      promised_ = !banner_.symmetric
                      ? rows_ * cols_
                      : (rows_ % 2 == 0 ? rows_ / 2 * (rows_ + 1) : (rows_ + 1) / 2 * rows_);
      const std::size_t rest = text_.size() - at_;
      const Index room = static_cast<Index>(rest / 2 + rest % 2);
      if (promised_ > room) {
        fail("{} x {} promises {} numbers, but the {} bytes that follow hold {} at most", rows_,
             cols_, promised_, rest, room);
      }
    }
  }

  void check_memory() const {
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

  void read_coordinates() {
    Index found = 0;
    for (; next_line(); ++found) {
      if (found == promised_) {
        fail("an entry more than the {} that the sizes promise", promised_);
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
      add(i, j, value);
    }
    check_found(found);
  }

  void add(Index i, Index j, double value) {
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
    A_(i - 1, j - 1) += value;
    if (banner_.symmetric && i != j) {
      A_(j - 1, i - 1) += value;
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
          fail("a number more than the {} that the sizes promise", promised_);
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
          fmt::format("{}: is cut short: its sizes promise {} entries, but {} are there; copy it "
                      "again, or correct the sizes",
                      name_, promised_, found));
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::uint64_t max_bytes_;
  std::size_t at_ = 0;
  std::size_t line_number_ = 0;
  /// What is left of the current line.
  std::string_view line_;
  Banner banner_;
  Index rows_ = 0;
  Index cols_ = 0;
  /// Entries that the file says it holds.
  Index promised_ = 0;
  MatrixView<double> A_;
};

}  // namespace

LoadedMatrix read_matrix_market(std::string_view text, const std::string& name,
                                std::uint64_t max_bytes) {
  return MatrixMarketParser(text, name, max_bytes).parse();
}

}  // namespace nonneg::io
