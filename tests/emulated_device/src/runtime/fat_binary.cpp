// SPDX-License-Identifier: Apache-2.0
#include "fat_binary.hpp"

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "../text.hpp"

namespace nonneg::emulated {
namespace {

// The layout of a fat binary: a header, then entries, each with a header of its own.
#pragma pack(push, 1)
struct FatHeader {
  std::uint32_t magic;
  std::uint16_t version, header_size;
  std::uint64_t size;
};
struct EntryHeader {
  std::uint16_t kind, unknown0;
  std::uint32_t header_size;
  std::uint64_t size;
  std::uint32_t compressed_size, options;
  std::uint16_t minor, major;
  std::uint32_t architecture, name_offset, name_size;
  std::uint64_t flags, unknown1, uncompressed_size;
};
#pragma pack(pop)

constexpr std::uint32_t kMagic = 0xBA55ED50u;
constexpr std::uint16_t kPtxKind = 1;
constexpr std::uint64_t kLz4Flag = 0x2000;

/// libzstd, loaded when the first compressed PTX is met: nothing else needs it.
class Zstd {
 public:
  Zstd() {
    void* library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
      throw std::runtime_error(
          "libzstd.so.1 is needed to read compressed PTX; install it or build with nvcc "
          "--no-compress");
    decompress_ = reinterpret_cast<Decompress>(dlsym(library, "ZSTD_decompress"));
    content_size_ = reinterpret_cast<ContentSize>(dlsym(library, "ZSTD_getFrameContentSize"));
    is_error_ = reinterpret_cast<IsError>(dlsym(library, "ZSTD_isError"));
  }

  std::string decompress(const std::uint8_t* data, std::size_t size, std::size_t expected) const {
    if (expected == 0) expected = static_cast<std::size_t>(content_size_(data, size));
    std::string text(expected, '\0');
    const std::size_t written = decompress_(text.data(), expected, data, size);
    if (is_error_(written) != 0) throw std::runtime_error("zstd cannot decompress a PTX");
    text.resize(written);
    return text;
  }

 private:
  using Decompress = std::size_t (*)(void*, std::size_t, const void*, std::size_t);
  using ContentSize = unsigned long long (*)(const void*, std::size_t);
  using IsError = unsigned (*)(std::size_t);
  Decompress decompress_ = nullptr;
  ContentSize content_size_ = nullptr;
  IsError is_error_ = nullptr;
};

std::string zstd_decompress(const std::uint8_t* data, std::size_t size, std::size_t expected) {
  static const Zstd kZstd;
  return kZstd.decompress(data, size, expected);
}

/// One LZ4 block.
std::string lz4_decompress(const std::uint8_t* data, std::size_t size, std::size_t expected) {
  std::string out;
  out.reserve(expected);
  std::size_t i = 0;
  const auto extended = [&](std::size_t length) {
    if (length < 15) return length;
    std::uint8_t more = 255;
    while (more == 255 && i < size) {
      more = data[i++];
      length += more;
    }
    return length;
  };
  while (i < size) {
    const std::uint8_t token = data[i++];
    const std::size_t literals = extended(token >> 4);
    out.append(reinterpret_cast<const char*>(data) + i, literals);
    i += literals;
    if (i + 1 >= size || out.size() >= expected) break;
    const std::size_t offset = data[i] | static_cast<std::size_t>(data[i + 1]) << 8;
    i += 2;
    const std::size_t match = extended(token & 15) + 4;
    const std::size_t from = out.size() - offset;
    for (std::size_t k = 0; k < match; ++k) out += out[from + k];
  }
  return out;
}

std::string entry_text(const EntryHeader& entry) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(&entry) + entry.header_size;
  const std::size_t size = entry.compressed_size != 0 ? entry.compressed_size : entry.size;
  constexpr std::uint8_t kZstdMagic[] = {0x28, 0xb5, 0x2f, 0xfd};
  std::string text;
  if (size >= 4 && std::memcmp(data, kZstdMagic, 4) == 0)
    text = zstd_decompress(data, size, entry.uncompressed_size);
  else if ((entry.flags & kLz4Flag) != 0)
    text = lz4_decompress(data, size, entry.uncompressed_size);
  else
    text.assign(reinterpret_cast<const char*>(data), size);
  return text.substr(0, text.find('\0'));
}

}  // namespace

EmbeddedPtx ptx_of_fat_binary(const char* data) {
  EmbeddedPtx best;
  FatHeader header;
  std::memcpy(&header, data, sizeof header);
  if (header.magic != kMagic) return best;
  int lowest = std::numeric_limits<int>::max();
  const char* p = data + header.header_size;
  const char* end = p + header.size;
  while (p + sizeof(EntryHeader) <= end) {
    const auto& entry = *reinterpret_cast<const EntryHeader*>(p);
    const int architecture = static_cast<int>(entry.architecture);
    if (entry.kind == kPtxKind && architecture < lowest) {
      std::string text = entry_text(entry);
      if (!text.empty()) {
        best = {std::move(text), architecture};
        lowest = architecture;
      }
    }
    p += entry.header_size + entry.size;
  }
  return best;
}

}  // namespace nonneg::emulated
