// SPDX-License-Identifier: Apache-2.0
#include "io/npz_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/byte_count.hpp"
#include "io/cell_text.hpp"
#include "io/npy_header.hpp"
#include "io/zip_archive.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18;
/// The longest format name of SciPy has 3 letters, 4 bytes each in NumPy's text.
constexpr std::uint64_t kMaxFormatBytes = 64;
constexpr std::string_view kSuffix = ".npy";

/// An array of an archive: its entries lie at the start of `bytes`.
struct NpzArray {
  NpyArrayHeader header;
  ByteBuffer bytes{std::string()};
};

class NpzReader {
 public:
  NpzReader(std::string_view bytes, const std::string& name, std::uint64_t max_bytes)
      : name_(name), archive_(bytes, name), bytes_left_(max_bytes) {}

  LoadedMatrix read(const std::string& array) {
    if (!has("format")) return dense(array);
    if (!array.empty()) {
      throw InvalidArgument(fmt::format(
          "{}: holds one sparse matrix, and no array {}; leave the name out", name_, array));
    }
    return sparse();
  }

 private:
  bool has(const std::string& array) const {
    const auto& members = archive_.members();
    return std::find(members.begin(), members.end(), array + std::string(kSuffix)) != members.end();
  }

  std::string member_name(const std::string& array) const {
    return fmt::format("{}: {}{}", name_, array, kSuffix);
  }

  /// An array's header, and the bytes of entries that came with it.
  struct Head {
    NpyArrayHeader header;
    std::string early;
  };

  Head read_head(ZipArchive::Reader& reader, const std::string& name) const {
    ByteBuffer head(name);
    head.truncate(reader.read(head.grow(kNpyPrefixBytes), kNpyPrefixBytes));
    const std::uint64_t header_bytes = npy_header_bytes(head.text(), name);
    if (header_bytes > reader.promised_bytes()) {
      throw InvalidArgument(fmt::format("{}: is cut short within its header", name));
    }
    if (header_bytes > head.size()) {
      const auto rest = static_cast<std::size_t>(header_bytes - head.size());
      const std::size_t before = head.size();
      head.truncate(before + reader.read(head.grow(rest), rest));
    }
    if (header_bytes > head.size()) {
      throw InvalidArgument(fmt::format("{}: is cut short within its header", name));
    }
    // A header may be shorter than the prefix.
    const auto length = static_cast<std::size_t>(header_bytes);
    return {parse_npy_array_header(head.text().substr(0, length), name),
            std::string(head.text().substr(length))};
  }

  /// Reads an array's header, and lets `entry_bytes` say from it how many bytes an entry has.
  template <class EntryBytes>
  NpzArray read_array(const std::string& array, const EntryBytes& entry_bytes) {
    const std::string name = member_name(array);
    if (!has(array)) {
      throw InvalidArgument(fmt::format("{}: is missing; save the matrix again", name));
    }
    ZipArchive::Reader reader(archive_, array + std::string(kSuffix));
    const Head head = read_head(reader, name);
    NpzArray result{head.header, ByteBuffer(name)};
    const std::uint64_t promised = data_bytes(result.header, entry_bytes(result.header), name);
    read_entries(reader, promised, head.early, result.bytes, name);
    return result;
  }

  /// Whether an array has two dimensions and numbers that are read.
  bool is_matrix(const std::string& array) {
    const std::string name = member_name(array);
    ZipArchive::Reader reader(archive_, array + std::string(kSuffix));
    try {
      const Head head = read_head(reader, name);
      (void)parse_npy_type(head.header.descr, name);
      return head.header.shape.size() == 2;
    } catch (const InvalidArgument&) {
      return false;
    }
  }

  std::uint64_t data_bytes(const NpyArrayHeader& header, std::uint64_t entry_bytes,
                           const std::string& name) const {
    std::uint64_t bytes = entry_bytes;
    for (const Index size : header.shape) {
      if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
        throw InvalidArgument(fmt::format("{}: shape ({}) is more bytes than 64 bits can count",
                                          name, fmt::join(header.shape, ", ")));
      }
    }
    return bytes;
  }

  void read_entries(ZipArchive::Reader& reader, std::uint64_t promised, std::string_view early,
                    ByteBuffer& bytes, const std::string& name) {
    if (promised > reader.promised_bytes()) {
      throw InvalidArgument(
          fmt::format("{}: is cut short: its header promises {} bytes, the archive "
                      "has {} of it; save the matrix again",
                      name, promised, reader.promised_bytes()));
    }
    if (promised > bytes_left_) {
      throw OutOfMemory(fmt::format("{}: cannot allocate {} to read it: {} free", name,
                                    byte_count(promised), byte_count(bytes_left_)),
                        promised, bytes_left_);
    }
    bytes_left_ -= promised;
    std::copy(early.begin(), early.end(), reinterpret_cast<char*>(bytes.grow(early.size())));
    while (bytes.size() < promised) {
      const auto piece =
          static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, promised - bytes.size()));
      const std::size_t before = bytes.size();
      const std::size_t count = reader.read(bytes.grow(piece), piece);
      bytes.truncate(before + count);
      if (count < piece) break;
    }
    // Reading on to the end also makes libzip compare the checksum.
    std::byte more{};
    if (bytes.size() != promised || reader.read(&more, 1) != 0) {
      throw InvalidArgument(
          fmt::format("{}: holds {} than the {} bytes of entries that its header "
                      "promises; save the matrix again",
                      name, bytes.size() < promised ? "less" : "more", promised));
    }
  }

  /// An array of numbers with one dimension.
  NpzArray numbers(const std::string& array) {
    const std::string name = member_name(array);
    return read_array(array, [&](const NpyArrayHeader& header) -> std::uint64_t {
      if (header.shape.size() != 1) {
        throw InvalidArgument(
            fmt::format("{}: has {} dimensions, must have 1; save the matrix again", name,
                        header.shape.size()));
      }
      return element_size(parse_npy_type(header.descr, name));
    });
  }

  ArrayView view_of(const NpzArray& array, const std::string& name) const {
    return {array.bytes.data(), parse_npy_type(array.header.descr, member_name(name)),
            array.header.shape.front()};
  }

  /// "csr", stored as bytes or as text of 4 bytes a letter.
  std::string format() {
    const std::string name = member_name("format");
    const NpzArray array = read_array("format", [&](const NpyArrayHeader& header) -> std::uint64_t {
      const std::string& descr = header.descr;
      const std::size_t kind = descr.find_first_of("SU");
      const std::string digits = kind == std::string::npos ? "" : descr.substr(kind + 1);
      const bool counted =
          !digits.empty() && digits.size() < 4 &&
          std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
      const std::uint64_t bytes = counted ? std::stoul(digits) * (descr[kind] == 'U' ? 4 : 1) : 0;
      if (!header.shape.empty() || bytes == 0 || bytes > kMaxFormatBytes) {
        throw InvalidArgument(
            fmt::format("{}: is no name of a sparse format; save the matrix with "
                        "scipy.sparse.save_npz",
                        name));
      }
      return bytes;
    });
    std::string letters(array.bytes.text());
    std::erase(letters, '\0');
    return letters;
  }

  std::array<Index, 2> shape() {
    const NpzArray array = numbers("shape");
    const ArrayView sizes = view_of(array, "shape");
    std::array<Index, 2> shape{};
    if (sizes.size() != 2 ||
        (sizes.type() != ElementType::int64 && sizes.type() != ElementType::int32)) {
      throw InvalidArgument(
          fmt::format("{}: must be two integers; save the matrix again", member_name("shape")));
    }
    for (std::size_t i = 0; i < 2; ++i) {
      shape[i] = sizes.type() == ElementType::int64
                     ? static_cast<const std::int64_t*>(sizes.data())[i]
                     : static_cast<const std::int32_t*>(sizes.data())[i];
    }
    return shape;
  }

  LoadedMatrix sparse() {
    const std::string kind = format();
    if (kind != "csr" && kind != "csc" && kind != "coo") {
      throw InvalidArgument(
          fmt::format("{}: the sparse format {} is not read; save A.tocsr() with "
                      "scipy.sparse.save_npz",
                      name_, quote_cell(kind)));
    }
    const auto [rows, cols] = shape();
    const bool triplets = kind == "coo";
    const char* const first_name = triplets ? "row" : "indptr";
    const char* const second_name = triplets ? "col" : "indices";
    const NpzArray first = numbers(first_name);
    const NpzArray second = numbers(second_name);
    const NpzArray data = numbers("data");
    check_memory(rows, data.header.shape.front());
    const ArrayView firsts = view_of(first, first_name);
    const ArrayView seconds = view_of(second, second_name);
    const ArrayView values = view_of(data, "data");
    LoadedMatrix matrix;
    try {
      matrix.sparse = triplets ? SparseMatrix::from_triplets(rows, cols, firsts, seconds, values)
                      : kind == "csr" ? SparseMatrix::from_csr(rows, cols, firsts, seconds, values)
                                      : SparseMatrix::from_csc(rows, cols, firsts, seconds, values);
    } catch (const InvalidArgument& e) {
      throw InvalidArgument(fmt::format("{}: {}: {}", name_, kind, e.what()));
    }
    matrix.view = matrix.sparse.view();
    return matrix;
  }

  /// Rows need offsets, whatever little the file holds.
  void check_memory(Index rows, Index entries) const {
    constexpr double kOffsetBytes = 2 * sizeof(Index);
    constexpr double kEntryBytes = 2 * sizeof(std::int32_t) + sizeof(double);
    const double bytes =
        kOffsetBytes * static_cast<double>(rows) + kEntryBytes * static_cast<double>(entries);
    if (bytes > static_cast<double>(bytes_left_)) {
      const auto needed = static_cast<std::uint64_t>(std::min(bytes, 1e19));
      throw OutOfMemory(
          fmt::format(
              "{}: cannot allocate {} for {} rows and {} entries of a sparse matrix: {} free",
              name_, byte_count(needed), rows, entries, byte_count(bytes_left_)),
          needed, bytes_left_);
    }
  }

  LoadedMatrix dense(std::string array) {
    std::vector<std::string> arrays;
    for (const std::string& member : archive_.members()) {
      if (member.ends_with(kSuffix)) {
        arrays.push_back(member.substr(0, member.size() - kSuffix.size()));
      }
    }
    if (array.empty() && arrays.size() > 1) {
      std::vector<std::string> matrices;
      std::copy_if(arrays.begin(), arrays.end(), std::back_inserter(matrices),
                   [this](const std::string& one) { return is_matrix(one); });
      if (!matrices.empty()) arrays = std::move(matrices);
    }
    if (array.empty() && arrays.size() == 1) array = arrays.front();
    if (std::find(arrays.begin(), arrays.end(), array) == arrays.end()) {
      throw InvalidArgument(fmt::format(
          "{}: {}; {}", name_,
          array.empty() ? fmt::format("holds {} arrays, and one must be chosen with --dataset NAME",
                                      arrays.size())
                        : fmt::format("holds no array {}", array),
          arrays.empty() ? "it is empty" : fmt::format("it has {}", fmt::join(arrays, ", "))));
    }
    const std::string name = member_name(array);
    NpzArray read = read_array(array, [&](const NpyArrayHeader& header) -> std::uint64_t {
      if (header.shape.size() != 2) {
        throw InvalidArgument(fmt::format(
            "{}: has {} dimensions, but a matrix has 2; save A.reshape(len(A), -1), one "
            "row per sample",
            name, header.shape.size()));
      }
      return element_size(parse_npy_type(header.descr, name));
    });
    NpyHeader header;
    header.type = parse_npy_type(read.header.descr, name);
    header.rows = read.header.shape[0];
    header.cols = read.header.shape[1];
    header.fortran_order = read.header.fortran_order;
    LoadedMatrix matrix;
    matrix.storage = std::move(read.bytes);
    matrix.view = header.view(matrix.storage.data());
    return matrix;
  }

  const std::string& name_;
  ZipArchive archive_;
  std::uint64_t bytes_left_;
};

}  // namespace

LoadedMatrix read_npz(std::string_view bytes, const std::string& name, const std::string& array,
                      std::uint64_t max_bytes) {
  return NpzReader(bytes, name, max_bytes).read(array);
}

}  // namespace nonneg::io
