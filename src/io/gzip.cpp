// SPDX-License-Identifier: Apache-2.0
#include "io/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

// zlib counts in unsigned int: a longer file is fed to it in pieces.
constexpr std::size_t kMaxPiece = std::size_t{1} << 30;
constexpr std::size_t kReadBytes = std::size_t{1} << 18;
// 15 bits of window, the largest, and 16 to ask for the gzip wrapping.
constexpr int kGzipWindowBits = 15 + 16;

}  // namespace

struct GzipReader::Stream {
  z_stream z{};
};

GzipReader::GzipReader(std::string_view compressed, std::string name)
    : compressed_(compressed), name_(std::move(name)), stream_(std::make_unique<Stream>()) {
  if (inflateInit2(&stream_->z, kGzipWindowBits) != Z_OK) {
    constexpr std::uint64_t kZlibBytes = 40 * 1024;
    throw OutOfMemory(fmt::format("{}: no memory left to inflate it", name_), kZlibBytes,
                      available_memory_bytes());
  }
}

GzipReader::~GzipReader() { inflateEnd(&stream_->z); }

std::size_t GzipReader::offset() const noexcept { return fed_ - stream_->z.avail_in; }

void GzipReader::fail(std::string_view what) const {
  throw IoError(fmt::format("{}: gzip stream {} at byte {} of {}; compress or copy it again", name_,
                            what, offset(), compressed_.size()),
                name_, static_cast<std::int64_t>(offset()));
}

void GzipReader::feed() {
  z_stream& z = stream_->z;
  if (z.avail_in == 0) {
    const std::size_t piece = std::min(kMaxPiece, compressed_.size() - fed_);
    // zlib's interface is older than const; it does not write to its input.
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed_.data() + fed_));  // NOLINT
    z.avail_in = static_cast<uInt>(piece);
    fed_ += piece;
  }
}

bool GzipReader::start_next_member() {
  const bool first = offset() == 0;
  const std::string_view rest = compressed_.substr(offset());
  if (!first && rest.find_first_not_of('\0') == std::string_view::npos) {
    return false;
  }
  constexpr std::string_view kMagic = "\x1f\x8b";
  if (!rest.starts_with(kMagic)) {
    if (first) {
      throw InvalidArgument(fmt::format(
          "{}: is not a gzip file; drop .gz from its name if it is not compressed", name_));
    }
    fail("is followed by bytes that are no gzip member");
  }
  in_member_ = true;
  return inflateReset(&stream_->z) == Z_OK;
}

std::size_t GzipReader::read(std::byte* out, std::size_t bytes) {
  z_stream& z = stream_->z;
  std::size_t done = 0;
  while (done < bytes) {
    if (!in_member_ && !start_next_member()) {
      break;
    }
    feed();
    const std::size_t piece = std::min(kMaxPiece, bytes - done);
    z.next_out = reinterpret_cast<Bytef*>(out + done);
    z.avail_out = static_cast<uInt>(piece);
    const int state = inflate(&z, Z_NO_FLUSH);
    done += piece - z.avail_out;
    if (state == Z_STREAM_END) {
      in_member_ = false;
    } else if (state == Z_MEM_ERROR) {
      throw OutOfMemory(fmt::format("{}: no memory left to inflate it", name_), kReadBytes,
                        available_memory_bytes());
    } else if (state == Z_BUF_ERROR || (state == Z_OK && z.avail_out > 0 && z.avail_in == 0)) {
      if (fed_ == compressed_.size()) {
        fail("is cut short");
      }
    } else if (state != Z_OK) {
      fail(fmt::format("is damaged ({})", z.msg != nullptr ? z.msg : "it asks for a dictionary"));
    }
  }
  return done;
}

std::uint64_t read_into(GzipReader& reader, std::uint64_t bytes, ByteBuffer& buffer) {
  std::uint64_t done = 0;
  while (done < bytes) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, bytes - done));
    const std::size_t before = buffer.size();
    const std::size_t count = reader.read(buffer.grow(piece), piece);
    buffer.truncate(before + count);
    done += count;
    if (count < piece) {
      break;
    }
  }
  return done;
}

ByteBuffer gunzip(std::string_view compressed, const std::string& name, std::uint64_t max_bytes) {
  GzipReader reader(compressed, name);
  ByteBuffer text(name);
  read_into(reader, max_bytes, text);
  std::byte more{};
  if (reader.read(&more, 1) != 0) {
    throw OutOfMemory(
        fmt::format("{}: inflates to more than the {} that are free; convert it to an uncompressed "
                    ".npy file, which is read from disk in place",
                    name, byte_count(max_bytes)),
        max_bytes == std::numeric_limits<std::uint64_t>::max() ? max_bytes : max_bytes + 1,
        max_bytes);
  }
  return text;
}

}  // namespace nonneg::io
