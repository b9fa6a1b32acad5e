// SPDX-License-Identifier: Apache-2.0
/// A file's bytes, for reading.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/byte_buffer.hpp"

namespace nonneg::io {

/// The bytes of a file: mapped where it is a regular file, else (a pipe, say) read into memory.
class MappedFile {
 public:
  /// Throws IoError, with the system's words, for what cannot be opened or read.
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// The bytes are valid as long as this object, or the one it was moved into, lives. A mapping
  /// starts on a page.
  std::string_view bytes() const noexcept;
  bool mapped() const noexcept { return mapping_ != nullptr; }
  /// Tells the system that the bytes will be read from first to last: it reads ahead, and drops
  /// what lies behind first.
  void advise_sequential() const noexcept;

 private:
  void unmap() noexcept;

  void* mapping_ = nullptr;
  std::size_t mapping_bytes_ = 0;
  ByteBuffer read_;
};

}  // namespace nonneg::io
