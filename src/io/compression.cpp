// SPDX-License-Identifier: Apache-2.0
#include "io/compression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#ifdef NONNEG_HAS_LZMA
#include <lzma.h>
#endif
#ifdef NONNEG_HAS_ZSTD
#include <zstd.h>
#endif

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "io/gzip.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

using namespace std::string_view_literals;

struct Known {
  Compression compression;
  std::string_view extension;
  std::string_view magic;
};

constexpr std::array<Known, 3> kKnown{{{Compression::gzip, ".gz", "\x1f\x8b"sv},
                                       {Compression::zstd, ".zst", "\x28\xb5\x2f\xfd"sv},
                                       {Compression::xz, ".xz", "\xfd\x37\x7a\x58\x5a\x00"sv}}};

[[noreturn, maybe_unused]] void refuse_size(const std::string& name, std::uint64_t max_bytes) {
  throw OutOfMemory(
      fmt::format("{}: inflates to more than the {} that are free; convert it to an uncompressed "
                  ".npy file, which is read from disk in place",
                  name, byte_count(max_bytes)),
      max_bytes + 1, max_bytes);
}

[[noreturn, maybe_unused]] void refuse_stream(const std::string& name, const char* kind,
                                              const char* what, std::size_t at, std::size_t size) {
  throw IoError(fmt::format("{}: {} stream {} at byte {} of {}; compress or copy it again", name,
                            kind, what, at, size),
                name, static_cast<std::int64_t>(at));
}

[[noreturn, maybe_unused]] void refuse_build(const std::string& name, const char* library,
                                             const char* package) {
  throw NotAvailable(
      fmt::format("{}: this nonneg was built without {}, which inflates it; build it where {} is "
                  "installed (Debian: {}), or compress the file with gzip",
                  name, library, library, package));
}

#ifdef NONNEG_HAS_ZSTD
ByteBuffer inflate_zstd(std::string_view compressed, const std::string& name,
                        std::uint64_t max_bytes) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                             ZSTD_freeDStream);
  if (stream == nullptr) refuse_size(name, max_bytes);
  ByteBuffer out(name);
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  const std::size_t piece = ZSTD_DStreamOutSize();
  // Frames that follow one another read as one stream; 0 says that one has ended.
  std::size_t state = 0;
  while (in.pos < in.size || state != 0) {
    const std::size_t before = out.size();
    ZSTD_outBuffer room{out.grow(piece), piece, 0};
    const std::size_t read_before = in.pos;
    state = ZSTD_decompressStream(stream.get(), &room, &in);
    if (ZSTD_isError(state) != 0) {
      refuse_stream(name, "zstd", "is damaged", in.pos, in.size);
    }
    out.truncate(before + room.pos);
    if (out.size() > max_bytes) refuse_size(name, max_bytes);
    if (state != 0 && room.pos == 0 && in.pos == read_before) {
      refuse_stream(name, "zstd", "is cut short", in.pos, in.size);
    }
  }
  return out;
}
#endif

#ifdef NONNEG_HAS_LZMA
ByteBuffer inflate_xz(std::string_view compressed, const std::string& name,
                      std::uint64_t max_bytes) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, available_memory_bytes(), LZMA_CONCATENATED) != LZMA_OK) {
    refuse_size(name, max_bytes);
  }
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> ended(&stream, lzma_end);
  ByteBuffer out(name);
  constexpr std::size_t kPiece = std::size_t{1} << 18U;
  stream.next_in = reinterpret_cast<const std::uint8_t*>(compressed.data());
  stream.avail_in = compressed.size();
  lzma_ret state = LZMA_OK;
  while (state != LZMA_STREAM_END) {
    const std::size_t before = out.size();
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.grow(kPiece));
    stream.avail_out = kPiece;
    state = lzma_code(&stream, LZMA_FINISH);
    out.truncate(before + kPiece - stream.avail_out);
    if (state == LZMA_MEMLIMIT_ERROR || state == LZMA_MEM_ERROR || out.size() > max_bytes) {
      refuse_size(name, max_bytes);
    }
    if (state != LZMA_OK && state != LZMA_STREAM_END) {
      refuse_stream(name, "xz", state == LZMA_BUF_ERROR ? "is cut short" : "is damaged",
                    compressed.size() - stream.avail_in, compressed.size());
    }
  }
  return out;
}
#endif

}  // namespace

std::string_view extension_of(Compression compression) {
  for (const Known& known : kKnown) {
    if (known.compression == compression) return known.extension;
  }
  return {};
}

Compression compression_of(std::string_view bytes) noexcept {
  for (const Known& known : kKnown) {
    if (bytes.starts_with(known.magic)) return known.compression;
  }
  return Compression::none;
}

ByteBuffer decompress(std::string_view compressed, Compression compression, const std::string& name,
                      std::uint64_t max_bytes) {
  if (compression == Compression::gzip) return gunzip(compressed, name, max_bytes);
  if (compression_of(compressed) != compression) {
    throw InvalidArgument(
        fmt::format("{0}: is not a {1} file; drop {1} from its name if it is not "
                    "compressed",
                    name, extension_of(compression)));
  }
  if (compression == Compression::zstd) {
#ifdef NONNEG_HAS_ZSTD
    return inflate_zstd(compressed, name, max_bytes);
#else
    refuse_build(name, "libzstd", "libzstd-dev");
#endif
  }
#ifdef NONNEG_HAS_LZMA
  return inflate_xz(compressed, name, max_bytes);
#else
  refuse_build(name, "liblzma", "liblzma-dev");
#endif
}

}  // namespace nonneg::io
