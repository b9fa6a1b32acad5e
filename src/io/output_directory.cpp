// SPDX-License-Identifier: Apache-2.0
#include "io/output_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/error_words.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const OutputPath& path, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", path.given, what, error_words(error)), path.given);
}

/// A mount point cannot be renamed.
void check_same_device(const OutputPath& path) {
  struct stat target {};
  struct stat parent {};
  if (::stat(path.target.c_str(), &target) == 0 &&
      ::stat(path.target.parent_path().c_str(), &parent) == 0 && target.st_dev != parent.st_dev) {
    throw IoError(fmt::format("{}: is a mount point and cannot be replaced; name a directory "
                              "inside it",
                              path.given),
                  path.given);
  }
}

}  // namespace

OutputDirectory::OutputDirectory(OutputPath path, OutputGuard& guard)
    : path_(std::move(path)), guard_(guard) {
  if (path_.exists) check_same_device(path_);
  const std::string name = path_.target.filename().string();
  remove_abandoned(path_.target.parent_path(), {&name, 1});
}

OutputDirectory::~OutputDirectory() {
  if (unfinished_) discard();
}

void OutputDirectory::make() {
  const std::string first = path_.partial.string();
  for (int number = 1;; ++number) {
    guard_.unfinished(path_.partial);
    unfinished_ = ::mkdir(path_.partial.c_str(), 0777) == 0;
    const int error = errno;
    if (unfinished_) {
      claimed_ = FileDescriptor(::open(path_.partial.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (!claimed_ || claim(claimed_, path_.partial)) return;
    }
    guard_.finished(path_.partial);
    if (!unfinished_ && error != EEXIST) fail(path_, "cannot be made", error);
    unfinished_ = false;
    path_.partial = fmt::format("{}-{}", first, number);
  }
}

void OutputDirectory::commit() {
  flush_directory(path_.partial);
  int error = 0;
  {
    const auto lock = guard_.critical();
    error = path_.exists ? replace() : rename_into_place(path_.partial, path_.target, false);
  }
  if (!path_.exists && error == EEXIST) {
    // The work is done: it is not thrown away for somebody else's directory.
    unfinished_ = false;
    guard_.finished(path_.partial);
    throw IoError(fmt::format("{}: was made by another program in the meantime; the results are "
                              "in {}",
                              path_.given, set_aside(path_.partial, path_.target).string()),
                  path_.given);
  }
  if (error != 0)
    fail(path_, path_.exists ? "cannot be replaced" : "cannot be put in place", error);
  // What is called partial now is the older directory, or nothing.
  discard();
  flush_directory(path_.target.parent_path());
}

/// Exchanges the hidden directory and the older one. Returns 0, or errno with nothing done.
int OutputDirectory::replace() const {
  const char* made = path_.partial.c_str();
  const char* target = path_.target.c_str();
  // In one step, where the file system has RENAME_EXCHANGE.
  if (::renameat2(AT_FDCWD, made, AT_FDCWD, target, RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // Else in three, undone where the second fails.
  const std::string aside = path_.partial.string() + ".old";
  if (::rename(target, aside.c_str()) != 0) return errno;
  if (::rename(made, target) != 0) {
    const int error = errno;
    ::rename(aside.c_str(), target);
    return error;
  }
  if (::rename(aside.c_str(), made) != 0) {
    throw IoError(
        fmt::format("{}: the older one cannot be removed: {}", path_.given, error_words(errno)),
        path_.given);
  }
  return 0;
}

void OutputDirectory::discard() noexcept {
  try {
    std::error_code ignored;
    fs::remove_all(path_.partial, ignored);
    guard_.finished(path_.partial);
  } catch (...) {
    // Out of memory: a hidden directory stays behind.
  }
  unfinished_ = false;
}

}  // namespace nonneg::io
