// SPDX-License-Identifier: Apache-2.0
#include "io/npy_reader.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

#include "io/gzip.hpp"
#include "io/npy_header.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

[[noreturn]] void throw_header_cut_short(const std::string& name, std::uint64_t promised,
                                         std::uint64_t found) {
  throw InvalidArgument(
      fmt::format("{}: is cut short: its header alone takes {} bytes, the file has {}; copy it "
                  "again",
                  name, promised, found));
}

/// Throws unless `found` bytes of entries are what the header promises; for more, `found` is how
/// many are known of.
void check_data_bytes(const NpyHeader& header, std::uint64_t found, const std::string& name) {
  const std::uint64_t promised = header.data_bytes();
  if (found < promised) {
    throw InvalidArgument(fmt::format(
        "{}: is cut short: {} x {} {} entries take {} bytes, the file has {} of them; copy it "
        "again",
        name, header.rows, header.cols, element_name(header.type), promised, found));
  }
  if (found > promised) {
    throw InvalidArgument(fmt::format(
        "{}: has more than its header promises: {} x {} {} entries take {} bytes, but {} or more "
        "follow; save one array per file",
        name, header.rows, header.cols, element_name(header.type), promised, found));
  }
}

}  // namespace

LoadedMatrix read_npy(std::string_view bytes, const std::string& name) {
  const std::uint64_t header_bytes = npy_header_bytes(bytes.substr(0, kNpyPrefixBytes), name);
  if (header_bytes > bytes.size()) {
    throw_header_cut_short(name, header_bytes, bytes.size());
  }
  const auto data_offset = static_cast<std::size_t>(header_bytes);
  const NpyHeader header = parse_npy_header(bytes.substr(0, data_offset), name);
  const std::string_view data = bytes.substr(data_offset);
  check_data_bytes(header, data.size(), name);

  LoadedMatrix matrix;
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(data.data()) % element_size(header.type) == 0;
  if (aligned) {
    matrix.view = header.view(data.data());
    return matrix;
  }
  matrix.storage = ByteBuffer(name);
  if (!data.empty()) {
    matrix.storage.reserve(data.size());
    std::memcpy(matrix.storage.grow(data.size()), data.data(), data.size());
  }
  matrix.view = header.view(matrix.storage.data());
  return matrix;
}

LoadedMatrix read_npy_gz(std::string_view compressed, const std::string& name) {
  GzipReader reader(compressed, name);
  ByteBuffer head(name);
  read_into(reader, kNpyPrefixBytes, head);
  const std::uint64_t header_bytes = npy_header_bytes(head.text(), name);
  if (header_bytes > head.size()) {
    read_into(reader, header_bytes - head.size(), head);
  }
  if (header_bytes > head.size()) {
    throw_header_cut_short(name, header_bytes, head.size());
  }
  // A version 1.0 header of no words at all is shorter than the prefix, and is refused here.
  const auto data_offset = static_cast<std::size_t>(header_bytes);
  const NpyHeader header = parse_npy_header(head.text().substr(0, data_offset), name);

  LoadedMatrix matrix;
  matrix.storage = ByteBuffer(name);
  std::uint64_t found = read_into(reader, header.data_bytes(), matrix.storage);
  std::byte more{};
  found += reader.read(&more, 1);
  check_data_bytes(header, found, name);
  matrix.view = header.view(matrix.storage.data());
  return matrix;
}

}  // namespace nonneg::io
