// SPDX-License-Identifier: Apache-2.0
#include "io/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/error_words.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // The umask is taken off it.
// The kernel writes a little less than 2 GiB at once.
constexpr std::size_t kMaxWrite = std::size_t{1} << 30;

std::string directory_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

/// The path behind symbolic links, even where the last leads to a file that is not there yet.
std::string resolved(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error || !fs::is_symlink(fs::symlink_status(path, error)) ? path : target.string();
}

}  // namespace

OutputFile::OutputFile(const std::string& path, OutputWords words)
    : words_(std::move(words)),
      target_(resolved(path)),
      hidden_(unfinished_path(target_).string()),
      guard_(OutputGuard::none()) {
  if (words_.name.empty()) words_.name = path;
  struct stat status {};
  if (::stat(target_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      fail(words_.write, EISDIR);
    }
    regular_ = S_ISREG(status.st_mode);
    if (::access(target_.c_str(), W_OK) != 0) {
      fail(words_.write, errno);
    }
  }
  if (regular_) {
    open_unnamed();
    return;
  }
  file_ = FileDescriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file_) {
    fail(words_.create, errno);
  }
}

OutputFile::OutputFile(const OutputPath& path, bool overwrite, OutputGuard& guard)
    : words_{.name = path.given,
             .create = "cannot be written",
             .write = "cannot be written",
             .place = "cannot be put in place"},
      target_(path.target.string()),
      hidden_(path.partial.string()),
      overwrite_(overwrite),
      guard_(guard) {
  open_named();
}

OutputFile::~OutputFile() { remove_temporary(); }

void OutputFile::open_unnamed() {
  file_ = FileDescriptor(
      ::open(directory_of(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode));
  if (file_) return;
  // The file system has no files without a name.
  if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) return open_named();
  fail(words_.create, errno);
}

void OutputFile::open_named() {
  while (!file_) {
    const std::string name = fresh_name();
    guard_.unfinished(name);
    file_ = FileDescriptor(::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode));
    const int error = errno;
    if (file_ && claim(file_, name)) {
      temporary_ = name;
      return;
    }
    guard_.finished(name);
    if (!file_ && error != EEXIST) fail(words_.create, error);
    file_ = FileDescriptor();
  }
}

void OutputFile::write_at(std::uint64_t offset, const void* data, std::size_t bytes) {
  const auto* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const std::size_t piece = std::min(bytes, kMaxWrite);
    const ssize_t count = regular_ ? ::pwrite(file_.get(), next, piece, static_cast<off_t>(offset))
                                   : ::write(file_.get(), next, piece);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail(words_.write, errno, offset);
    }
    next += count;
    bytes -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
}

void OutputFile::commit() {
  // Pipes and terminals have nothing to flush, and say so.
  if (::fsync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) {
    fail(words_.write, errno);
  }
  if (regular_) {
    const std::string guarded = temporary_;
    const int error = take_name();
    if (!guarded.empty()) guard_.finished(guarded);
    if (error == EEXIST) {
      // The work is done: it is not thrown away for somebody else's file.
      const fs::path aside = set_aside(std::exchange(temporary_, {}), target_);
      throw IoError(fmt::format("{}: was made by another program in the meantime; the result is in "
                                "{}",
                                words_.name, aside.string()),
                    words_.name);
    }
    if (error != 0) {
      fail(words_.place, error);
    }
    flush_directory(directory_of(target_));
  }
  if (file_.close() != 0) {
    fail(words_.write, errno);
  }
}

/// Gives the complete file its name. Returns 0, or errno: EEXIST where something is there that must
/// stay, and the file is called temporary_. After any other error it has no name.
int OutputFile::take_name() {
  const auto lock = guard_.critical();
  const std::string link = fmt::format("/proc/self/fd/{}", file_.get());
  if (temporary_.empty()) hold(file_);
  // A file without a name gets one, a fresh one first: only a rename can replace a file.
  while (temporary_.empty()) {
    const std::string name = fresh_name();
    if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = name;
    } else if (errno != EEXIST) {
      return errno;
    }
  }
  const int error = rename_into_place(temporary_, target_, overwrite_);
  if (error != 0 && error != EEXIST) (void)::unlink(temporary_.c_str());
  if (error != EEXIST) temporary_.clear();
  return error;
}

void OutputFile::fail(const std::string& what, int error, std::uint64_t offset) const {
  throw IoError(fmt::format("{}: {}: {}", words_.name, what, error_words(error)), words_.name,
                static_cast<std::int64_t>(offset));
}

std::string OutputFile::fresh_name() {
  const unsigned number = names_tried_++;
  return number == 0 ? hidden_ : fmt::format("{}-{}", hidden_, number);
}

void OutputFile::remove_temporary() noexcept {
  if (temporary_.empty()) return;
  (void)::unlink(temporary_.c_str());
  try {
    guard_.finished(temporary_);
  } catch (...) {
    // Out of memory: the guard will look for a file that is gone.
  }
  temporary_.clear();
}

void write_file(const std::string& path, std::string_view content, OutputWords words) {
  OutputFile file(path, std::move(words));
  file.write_at(0, content.data(), content.size());
  file.commit();
}

}  // namespace nonneg::io
