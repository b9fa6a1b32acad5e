// SPDX-License-Identifier: Apache-2.0
/// What the code under test asks of the disk. A program with disk_calls.cpp has functions of its
/// own in place of the C library's, which note what is asked and pass it on, or fail where a test
/// wants that.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nonneg::test {

struct DiskCall {
  enum class Kind { flush, rename };
  Kind kind;
  /// Of the file or directory that is flushed or renamed.
  ino_t inode;
  /// Of a rename: the last part of the new name.
  std::string name;
};

/// Notes the calls of this process while it lives; one at a time.
class DiskCalls {
 public:
  DiskCalls();
  ~DiskCalls();
  DiskCalls(const DiskCalls&) = delete;
  DiskCalls& operator=(const DiskCalls&) = delete;

  const std::vector<DiskCall>& calls() const noexcept { return calls_; }
  void add(const DiskCall& call) { calls_.push_back(call); }

  /// As on a file system that has no files without a name.
  bool no_unnamed_files = false;
  /// As on a file system that renames, but neither exchanges nor refuses to replace.
  bool no_rename_flags = false;
  /// What flushing fails with; 0: nothing.
  int flush_error = 0;

 private:
  std::vector<DiskCall> calls_;
};

/// Expects that the file which `name` is now was flushed, then got that name, and that the
/// directory it is in was flushed after that.
void expect_flushed_before_named(const DiskCalls& calls, const std::string& path);

}  // namespace nonneg::test
