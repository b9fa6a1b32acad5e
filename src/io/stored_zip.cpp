// SPDX-License-Identifier: Apache-2.0
// PKWARE's APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.16 and 4.5.3.
#include "io/stored_zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace nonneg::io {

namespace {

constexpr std::string_view kMember = "PK\x03\x04";
constexpr std::string_view kEntry = "PK\x01\x02";
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::string_view kWideEnd = "PK\x06\x06";
constexpr std::string_view kWideEndPlace = "PK\x06\x07";

/// Version 4.5 has sizes of 64 bits.
constexpr std::uint16_t kVersion = 45;
/// What stands in the fields of 32 bits where an extra field has the number.
constexpr std::uint32_t kElsewhere = 0xFFFFFFFFU;
constexpr std::uint16_t kWideSizes = 1;
/// 1980-01-01: equal members are equal bytes.
constexpr std::uint16_t kDay = 0x21;

/// Appends a number of so many bytes, the lowest first.
void put(std::string& out, std::uint64_t number, int bytes) {
  for (int byte = 0; byte < bytes; ++byte) {
    out += static_cast<char>((number >> (8U * static_cast<unsigned>(byte))) & 0xFFU);
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t first, int count) {
  std::uint64_t number = 0;
  for (int byte = count - 1; byte >= 0; --byte) {
    number =
        number << 8U | static_cast<unsigned char>(bytes[first + static_cast<std::size_t>(byte)]);
  }
  return number;
}

std::uint32_t sum_of(std::string_view content) {
  uLong sum = ::crc32(0, nullptr, 0);
  while (!content.empty()) {
    const std::size_t piece =
        std::min<std::size_t>(content.size(), std::numeric_limits<std::int32_t>::max());
    sum = ::crc32(sum, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(piece));
    content.remove_prefix(piece);
  }
  return static_cast<std::uint32_t>(sum);
}

/// What a member's own header and its entry in the directory share: from the version on to the
/// lengths of the name and of the extra field.
std::string common_fields(std::string_view name, std::uint32_t sum, int extra_bytes) {
  std::string out;
  put(out, kVersion, 2);
  put(out, 0, 2);  // no flags
  put(out, 0, 2);  // stored
  put(out, 0, 2);  // midnight
  put(out, kDay, 2);
  put(out, sum, 4);
  put(out, kElsewhere, 4);
  put(out, kElsewhere, 4);
  put(out, name.size(), 2);
  put(out, static_cast<std::uint64_t>(extra_bytes), 2);
  return out;
}

}  // namespace

void StoredZipWriter::write(std::string_view bytes) {
  file_.write_at(written_, bytes.data(), bytes.size());
  written_ += bytes.size();
}

void StoredZipWriter::add(std::string_view name, std::string_view content) {
  const std::uint32_t sum = sum_of(content);
  const std::uint64_t offset = written_;
  constexpr int kOwnExtra = 20;
  constexpr int kEntryExtra = 28;
  std::string header(kMember);
  header += common_fields(name, sum, kOwnExtra);
  header += name;
  put(header, kWideSizes, 2);
  put(header, kOwnExtra - 4, 2);
  put(header, content.size(), 8);
  put(header, content.size(), 8);
  write(header);
  write(content);

  directory_ += kEntry;
  put(directory_, kVersion, 2);
  directory_ += common_fields(name, sum, kEntryExtra);
  put(directory_, 0, 2);  // no comment
  put(directory_, 0, 2);  // the first disk
  put(directory_, 0, 2);  // no attributes
  put(directory_, 0, 4);
  put(directory_, kElsewhere, 4);
  directory_ += name;
  put(directory_, kWideSizes, 2);
  put(directory_, kEntryExtra - 4, 2);
  put(directory_, content.size(), 8);
  put(directory_, content.size(), 8);
  put(directory_, offset, 8);
  ++members_;
}

void StoredZipWriter::finish() {
  const std::uint64_t directory = written_;
  write(directory_);
  const std::uint64_t end = written_;
  constexpr std::uint64_t kWideEndBytes = 44;  // of what follows its own length
  std::string out(kWideEnd);
  put(out, kWideEndBytes, 8);
  put(out, kVersion, 2);
  put(out, kVersion, 2);
  put(out, 0, 4);
  put(out, 0, 4);
  put(out, members_, 8);
  put(out, members_, 8);
  put(out, directory_.size(), 8);
  put(out, directory, 8);
  out += kWideEndPlace;
  put(out, 0, 4);
  put(out, end, 8);
  put(out, 1, 4);
  out += kEnd;
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0xFFFF, 2);
  put(out, 0xFFFF, 2);
  put(out, kElsewhere, 4);
  put(out, kElsewhere, 4);
  put(out, 0, 2);
  write(out);
}

std::optional<std::map<std::string, std::string_view>> read_stored_zip(std::string_view bytes) {
  constexpr std::size_t kHeader = 30;
  constexpr std::size_t kEndBytes = 22;
  // The end of the archive is written last.
  if (bytes.size() < kEndBytes || bytes.substr(bytes.size() - kEndBytes, kEnd.size()) != kEnd) {
    return std::nullopt;
  }
  std::map<std::string, std::string_view> members;
  std::size_t at = 0;
  while (bytes.size() - at >= kHeader && bytes.substr(at, kMember.size()) == kMember) {
    const auto sum = static_cast<std::uint32_t>(number_at(bytes, at + 14, 4));
    const auto name_bytes = static_cast<std::size_t>(number_at(bytes, at + 26, 2));
    const auto extra_bytes = static_cast<std::size_t>(number_at(bytes, at + 28, 2));
    at += kHeader;
    constexpr std::size_t kExtra = 20;
    if (extra_bytes != kExtra || bytes.size() - at < name_bytes + extra_bytes) return std::nullopt;
    const std::string name(bytes.substr(at, name_bytes));
    const std::uint64_t size = number_at(bytes, at + name_bytes + 4, 8);
    at += name_bytes + extra_bytes;
    if (size > bytes.size() - at) return std::nullopt;
    const std::string_view content = bytes.substr(at, size);
    if (sum_of(content) != sum) return std::nullopt;
    members.emplace(name, content);
    at += size;
  }
  if (members.empty() || bytes.substr(at, kEntry.size()) != kEntry) return std::nullopt;
  return members;
}

}  // namespace nonneg::io
