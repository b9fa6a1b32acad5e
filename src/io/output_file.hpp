// SPDX-License-Identifier: Apache-2.0
/// Files that appear complete or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/file_descriptor.hpp"
#include "io/output_guard.hpp"
#include "io/output_path.hpp"

namespace nonneg::io {

/// What is said of a file that cannot be written: its name, one of the others, and the system's
/// words.
struct OutputWords {
  /// Empty: the path as it was given.
  std::string name{};
  std::string create = "cannot create";
  std::string write = "cannot write";
  /// Of the complete file, which gets its name last.
  std::string place = "cannot create";
};

/// A file being written. Its bytes go to another file in the same directory; commit() flushes them
/// to the disk, gives them the name, and flushes the directory. Without commit() nothing is left,
/// and an older file is untouched.
///
/// Every member throws IoError, with the system's words, path and byte offset.
class OutputFile {
 public:
  /// Replaces an older file, also behind a symbolic link, unless it is write-protected. What is no
  /// regular file, such as a pipe, is written to as it is. Until commit() the bytes have no name,
  /// where the file system has such files.
  explicit OutputFile(const std::string& path, OutputWords words = {});
  /// A place that was looked at before, by resolve_output. What is there is replaced only with
  /// `overwrite`. Until commit() the bytes are at the hidden name of the place. `guard` is told of
  /// it, and must outlive this.
  OutputFile(const OutputPath& path, bool overwrite, OutputGuard& guard);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Whether write_at may be called in any order; else each call goes on where the last ended.
  bool seekable() const noexcept { return regular_; }
  void write_at(std::uint64_t offset, const void* data, std::size_t bytes);
  /// Throws IoError also where something else is there by now that must not be replaced; the
  /// complete file then gets another name, which the message has.
  void commit();

 private:
  void open_unnamed();
  void open_named();
  int take_name();
  [[noreturn]] void fail(const std::string& what, int error, std::uint64_t offset = 0) const;
  std::string fresh_name();
  void remove_temporary() noexcept;

  OutputWords words_;
  /// Behind symbolic links.
  std::string target_;
  /// unfinished_path(target_)
  std::string hidden_;
  bool overwrite_ = true;
  OutputGuard& guard_;
  /// What has to be removed if commit() is not reached; empty for a file without a name.
  std::string temporary_;
  FileDescriptor file_;
  /// A regular file, or one that is not there yet.
  bool regular_ = true;
  unsigned names_tried_ = 0;
};

/// Writes a whole file. Throws as OutputFile does.
void write_file(const std::string& path, std::string_view content, OutputWords words = {});

}  // namespace nonneg::io
