// SPDX-License-Identifier: Apache-2.0
#include "support/disk_calls.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <filesystem>

namespace nonneg::test {
namespace {

DiskCalls* listening = nullptr;

ino_t inode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

int rename_noted(int old_directory, const char* from, int new_directory, const char* to,
                 unsigned flags) {
  if (listening != nullptr && listening->no_rename_flags && flags != 0) {
    errno = EINVAL;
    return -1;
  }
  const ino_t inode = inode_of(from);
  const auto result = ::syscall(SYS_renameat2, old_directory, from, new_directory, to, flags);
  if (result == 0 && listening != nullptr) {
    listening->add({DiskCall::Kind::rename, inode, std::filesystem::path(to).filename().string()});
  }
  return static_cast<int>(result);
}

}  // namespace

DiskCalls::DiskCalls() { listening = this; }
DiskCalls::~DiskCalls() { listening = nullptr; }

void expect_flushed_before_named(const DiskCalls& calls, const std::string& path) {
  const std::filesystem::path named(path);
  const auto find = [&](auto from, DiskCall::Kind kind, const std::string& of) {
    const ino_t inode = inode_of(of);
    return std::find_if(from, calls.calls().end(), [&](const DiskCall& call) {
      return call.kind == kind && call.inode == inode &&
             (kind == DiskCall::Kind::flush || call.name == named.filename());
    });
  };
  const auto flushed = find(calls.calls().begin(), DiskCall::Kind::flush, path);
  ASSERT_NE(flushed, calls.calls().end()) << path << " was not flushed";
  const auto renamed = find(flushed, DiskCall::Kind::rename, path);
  ASSERT_NE(renamed, calls.calls().end()) << path << " got its name before it was flushed";
  const auto directory = find(renamed, DiskCall::Kind::flush, named.parent_path().string());
  EXPECT_NE(directory, calls.calls().end()) << "the directory of " << path << " was not flushed";
}

}  // namespace nonneg::test

using nonneg::test::DiskCall;
using nonneg::test::listening;

extern "C" {

int fsync(int file) {
  if (listening != nullptr && listening->flush_error != 0) {
    errno = listening->flush_error;
    return -1;
  }
  struct stat status {};
  if (listening != nullptr && ::fstat(file, &status) == 0) {
    listening->add({DiskCall::Kind::flush, status.st_ino, {}});
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

int rename(const char* from, const char* to) noexcept {
  return nonneg::test::rename_noted(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int old_directory, const char* from, int new_directory, const char* to,
              unsigned flags) noexcept {
  return nonneg::test::rename_noted(old_directory, from, new_directory, to, flags);
}

// NOLINTNEXTLINE(cert-dcl50-cpp): it is the C library's
int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (listening != nullptr && listening->no_unnamed_files && (flags & O_TMPFILE) == O_TMPFILE) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // extern "C"
