// SPDX-License-Identifier: Apache-2.0
/// Gzip streams, inflated as they are read (RFC 1952).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/byte_buffer.hpp"

namespace nonneg::io {

/// Inflates a gzip file that lies in memory or is mapped. Members that follow one another read as
/// one stream; zero bytes after the last are padding.
class GzipReader {
 public:
  /// `compressed` must outlive the reader; `name` is the file's, for messages.
  GzipReader(std::string_view compressed, std::string name);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  /// Inflates up to `bytes` bytes to `out` and returns how many: fewer only at the end. Throws
  /// IoError, with the offset in the compressed file, for a stream that is damaged or cut short.
  std::size_t read(std::byte* out, std::size_t bytes);

 private:
  struct Stream;

  bool start_next_member();
  void feed();
  std::size_t offset() const noexcept;
  [[noreturn]] void fail(std::string_view what) const;

  std::string_view compressed_;
  std::string name_;
  /// Bytes of compressed_ that were handed to zlib.
  std::size_t fed_ = 0;
  bool in_member_ = false;
  std::unique_ptr<Stream> stream_;
};

/// Inflates up to `bytes` bytes to the end of `buffer`, which grows only as they arrive. Returns
/// how many arrived; fewer only at the end of the stream.
std::uint64_t read_into(GzipReader& reader, std::uint64_t bytes, ByteBuffer& buffer);

/// Returns the whole stream, inflated to memory. Throws what GzipReader::read throws, and
/// OutOfMemory where it would need more than `max_bytes`.
ByteBuffer gunzip(std::string_view compressed, const std::string& name, std::uint64_t max_bytes);

}  // namespace nonneg::io
