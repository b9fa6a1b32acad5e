// SPDX-License-Identifier: Apache-2.0
/// A directory that appears with all its files or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "io/file_descriptor.hpp"
#include "io/output_guard.hpp"
#include "io/output_path.hpp"

namespace nonneg::io {

/// Its files are written to a hidden directory beside the target, which commit() puts in place in
/// one step; until then an older directory stays as it is, and whatever goes wrong, the hidden one
/// is removed.
class OutputDirectory {
 public:
  /// A place that resolve_output found. A directory that is there already is replaced, with all
  /// that is in it: whoever makes this has made sure that it may be. Removes what earlier ones that
  /// were killed left of such a directory. Throws IoError for a mount point, which cannot be
  /// replaced. `guard` must outlive this.
  OutputDirectory(OutputPath path, OutputGuard& guard);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  ~OutputDirectory();

  /// The path that it was made with; once it is made, with the hidden name that it has.
  const OutputPath& path() const noexcept { return path_; }

  /// Makes the hidden directory, path().partial. Throws IoError.
  void make();
  /// Flushes the hidden directory, whose files are written and flushed, and puts it in place.
  /// Throws IoError; also where something has appeared at a target that was free: the directory
  /// then gets another name, which the message has.
  void commit();

 private:
  int replace() const;
  void discard() noexcept;

  OutputPath path_;
  OutputGuard& guard_;
  bool unfinished_ = false;
  /// Open on the hidden directory while it is made, and claimed.
  FileDescriptor claimed_;
};

}  // namespace nonneg::io
