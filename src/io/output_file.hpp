/// Files that appear complete or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/file_descriptor.hpp"

namespace nonneg::io {

/// A file being written. Its bytes go to a file without a name (or, where the file system has none
/// such, with a name of its own) in the same directory; commit() flushes them to the disk and gives
/// them the name, in place of an older file if there is one. Without commit() nothing is left, and
/// an older file is untouched. What is no regular file, such as a pipe, is written to as it is.
///
/// Every member throws IoError, with the system's words, path and byte offset.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// True where write_at may be called in any order; else each call goes on where the last ended.
  bool seekable() const noexcept { return replaces_; }
  void write_at(std::uint64_t offset, const void* data, std::size_t bytes);
  void commit();

 private:
  [[noreturn]] void fail(const char* what, int error, std::uint64_t offset = 0) const;
  std::string fresh_name();
  void remove_temporary() noexcept;

  /// As the caller gave it, for messages.
  std::string path_;
  /// Behind symbolic links.
  std::string target_;
  /// What has to be removed if commit() is not reached; empty for a file without a name.
  std::string temporary_;
  FileDescriptor file_;
  /// A regular file, or one that is not there yet.
  bool replaces_ = true;
  unsigned names_tried_ = 0;
};

}  // namespace nonneg::io
