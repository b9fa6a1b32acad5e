// SPDX-License-Identifier: Apache-2.0
#include "io/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <vector>

#include "io/cell_text.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

static_assert(std::endian::native == std::endian::little, "entries are read as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";

/// The dict's three values, as they are written.
struct HeaderFields {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<Index>> shape;
};

/// Reads the few words of Python that a header is made of.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  HeaderFields parse() {
    HeaderFields fields;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        fields.descr = dtype();
      } else if (key == "fortran_order") {
        fields.fortran_order = boolean();
      } else if (key == "shape") {
        fields.shape = shape();
      } else {
        fail(fmt::format("unknown key {}", quote_cell(key)));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) {
      fail("more after the closing '}'");
    }
    return fields;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw InvalidArgument(
        fmt::format("{}: damaged .npy header: {} (at character {}); save the "
                    "array again with numpy.save",
                    name_, what, at_));
  }

  void skip_space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n\f\v").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool accept(char wanted) {
    skip_space();
    if (at_ < text_.size() && text_[at_] == wanted) {
      ++at_;
      return true;
    }
    return false;
  }

  void expect(char wanted) {
    if (!accept(wanted)) {
      fail(fmt::format("'{}' expected", wanted));
    }
  }

  bool accept_word(std::string_view word) {
    skip_space();
    if (text_.substr(at_).starts_with(word)) {
      at_ += word.size();
      return true;
    }
    return false;
  }

  std::string quoted() {
    skip_space();
    // Python 2 wrote u'...' for text and Python 3 may write b'...' for bytes.
    if (at_ + 1 < text_.size() && (text_[at_] == 'u' || text_[at_] == 'b')) {
      ++at_;
    }
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') {
      fail("a quoted word expected");
    }
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      fail("a quote that does not close");
    }
    std::string word(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return word;
  }

  std::string dtype() {
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '[' || text_[at_] == '(' || text_[at_] == '{')) {
      throw InvalidArgument(
          fmt::format("{}: a structured dtype is not read; save one field of it, "
                      "A['name'], as a 2-D array of numbers",
                      name_));
    }
    return quoted();
  }

  bool boolean() {
    if (accept_word("True")) {
      return true;
    }
    if (!accept_word("False")) {
      fail("True or False expected");
    }
    return false;
  }

  std::vector<Index> shape() {
    std::vector<Index> sizes;
    const char closing = accept('[') ? ']' : ')';
    if (closing == ')') {
      expect('(');
    }
    while (!accept(closing)) {
      sizes.push_back(size());
      if (!accept(',')) {
        expect(closing);
        break;
      }
    }
    return sizes;
  }

  Index size() {
    skip_space();
    Index value = 0;
    const char* const first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) {
      fail("a size that does not fit into 64 bits");
    }
    if (error != std::errc{} || value < 0) {
      fail("a size of at least 0 expected");
    }
    at_ += static_cast<std::size_t>(end - first);
    if (at_ < text_.size() && text_[at_] == 'L') {  // Python 2's long integers
      ++at_;
    }
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

std::optional<ElementType> readable_type(char kind, std::uint64_t bytes) {
  struct Readable {
    char kind;
    std::uint64_t bytes;
    ElementType type;
  };
  static constexpr Readable kReadable[] = {
      {'b', 1, ElementType::uint8},   {'u', 1, ElementType::uint8},
      {'i', 1, ElementType::int8},    {'u', 2, ElementType::uint16},
      {'i', 2, ElementType::int16},   {'u', 4, ElementType::uint32},
      {'i', 4, ElementType::int32},   {'u', 8, ElementType::uint64},
      {'i', 8, ElementType::int64},   {'f', 2, ElementType::float16},
      {'f', 4, ElementType::float32}, {'f', 8, ElementType::float64}};
  for (const Readable& readable : kReadable) {
    if (readable.kind == kind && readable.bytes == bytes) {
      return readable.type;
    }
  }
  return std::nullopt;
}

/// What NumPy calls a type, for those that are refused.
std::string numpy_name(char kind, std::uint64_t bytes, std::string_view descr) {
  switch (kind) {
    case 'c':
      return fmt::format("complex{}", 8 * bytes);
    case 'f':
      return fmt::format("float{}", 8 * bytes);
    case 'O':
      return "object";
    case 'U':
      return "str";
    case 'S':
    case 'a':
      return "bytes";
    case 'M':
      return "datetime64";
    case 'm':
      return "timedelta64";
    case 'V':
      return "void";
    default:
      return quote_cell(descr);
  }
}

std::string_view remedy_for(char kind) {
  switch (kind) {
    case 'c':
      return "save abs(A) or A.real";
    case 'O':
    case 'U':
    case 'S':
      return "save A.astype('float64')";
    default:
      return "save A.astype('float32') or another type of real numbers";
  }
}

[[noreturn]] void refuse_shape(const std::vector<Index>& shape, const std::string& name) {
  std::string remedy = "save A.reshape(len(A), -1), one row per sample";
  if (shape.empty()) {
    remedy = "save A.reshape(1, 1)";
  } else if (shape.size() == 1) {
    remedy = "save A.reshape(1, -1) for one row or A.reshape(-1, 1) for one column";
  }
  throw InvalidArgument(
      fmt::format("{}: holds a {}-D array of shape ({}{}), but a matrix has 2 dimensions; {}", name,
                  shape.size(),
                  fmt::join(shape.begin(),
                            shape.begin() + std::min<std::ptrdiff_t>(std::ssize(shape), 8), ", "),
                  shape.size() == 1 ? "," : (shape.size() > 8 ? ", ..." : ""), remedy));
}

}  // namespace

std::uint64_t NpyHeader::data_bytes() const noexcept {
  return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * element_size(type);
}

DataView NpyHeader::view(const void* data) const {
  // Where one of the sizes is 1 (or 0) both orders are the same, and row-major is the handier.
  const bool column_major = fortran_order && rows > 1 && cols > 1;
  return column_major ? DataView(data, type, rows, cols, 1, rows)
                      : DataView(data, type, rows, cols, std::max<Index>(cols, 1), 1);
}

std::uint64_t npy_header_bytes(std::string_view prefix, const std::string& name) {
  const auto byte = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(prefix[i])};
  };
  if (prefix.empty()) {
    throw InvalidArgument(fmt::format("{}: is empty; a .npy file has a header at least", name));
  }
  if (!prefix.starts_with(kMagic.substr(0, prefix.size()))) {
    throw InvalidArgument(
        fmt::format("{}: is not an .npy file (it does not begin with \"\\x93NUMPY\"); save the "
                    "array with numpy.save",
                    name));
  }
  const bool known = prefix.size() < 8 || (byte(6) >= 1 && byte(6) <= 3 && byte(7) == 0);
  if (!known) {
    throw InvalidArgument(fmt::format("{}: .npy version {}.{} is not read, only 1.0, 2.0 and 3.0",
                                      name, byte(6), byte(7)));
  }
  const bool short_length = prefix.size() >= 8 && byte(6) == 1;
  const std::size_t prefix_bytes = short_length ? 10 : kNpyPrefixBytes;
  if (prefix.size() < prefix_bytes) {
    throw InvalidArgument(fmt::format("{}: is cut short after {} bytes, within the .npy header",
                                      name, prefix.size()));
  }
  std::uint64_t length = byte(8) | byte(9) << 8;
  if (!short_length) {
    length |= byte(10) << 16 | byte(11) << 24;
  }
  return prefix_bytes + length;
}

ElementType parse_npy_type(std::string_view descr, const std::string& name) {
  std::string_view rest = descr;
  char order = '|';
  if (!rest.empty() && std::string_view("<>=|").find(rest.front()) != std::string_view::npos) {
    order = rest.front();
    rest.remove_prefix(1);
  }
  const char kind = rest == "?" ? 'b' : (rest.empty() ? '\0' : rest.front());
  std::uint64_t bytes = 1;
  bool sized = rest == "?";
  if (rest.size() > 1) {
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), bytes);
    sized = error == std::errc{} && end == rest.data() + rest.size();
  }
  const std::optional<ElementType> type = sized ? readable_type(kind, bytes) : std::nullopt;
  if (!type) {
    throw InvalidArgument(fmt::format("{}: dtype {} is not read; {}", name,
                                      numpy_name(kind, bytes, descr), remedy_for(kind)));
  }
  if (order == '>' && bytes > 1) {
    throw InvalidArgument(
        fmt::format("{}: dtype {} is big-endian, which is not read; save "
                    "A.astype('<{}')",
                    name, quote_cell(descr), rest));
  }
  return *type;
}

NpyArrayHeader parse_npy_array_header(std::string_view header, const std::string& name) {
  const std::size_t text_start = header[6] == 1 ? 10 : kNpyPrefixBytes;
  const HeaderFields fields = HeaderParser(header.substr(text_start), name).parse();
  if (!fields.descr || !fields.fortran_order || !fields.shape) {
    const char* const missing =
        !fields.descr ? "descr" : (!fields.fortran_order ? "fortran_order" : "shape");
    throw InvalidArgument(fmt::format(
        "{}: damaged .npy header: '{}' is missing; save the array again with numpy.save", name,
        missing));
  }
  return {*fields.descr, *fields.shape, *fields.fortran_order};
}

NpyHeader parse_npy_header(std::string_view header, const std::string& name) {
  const NpyArrayHeader array = parse_npy_array_header(header, name);
  NpyHeader parsed;
  parsed.type = parse_npy_type(array.descr, name);
  parsed.fortran_order = array.fortran_order;
  if (array.shape.size() != 2) {
    refuse_shape(array.shape, name);
  }
  parsed.rows = array.shape[0];
  parsed.cols = array.shape[1];
  Index entries = 0;
  Index bytes = 0;
  if (__builtin_mul_overflow(parsed.rows, parsed.cols, &entries) ||
      __builtin_mul_overflow(entries, static_cast<Index>(element_size(parsed.type)), &bytes)) {
    throw InvalidArgument(
        fmt::format("{}: the header promises {} x {} {} entries, more bytes than "
                    "64 bits can count",
                    name, parsed.rows, parsed.cols, element_name(parsed.type)));
  }
  return parsed;
}

}  // namespace nonneg::io
