#include "io/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/error_words.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // less the umask
// The kernel writes a little less than 2 GiB at once.
constexpr std::size_t kMaxWrite = std::size_t{1} << 30;

std::string directory_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

/// Behind symbolic links, even where the last leads to a file that is not there yet.
std::string resolved(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error || !fs::is_symlink(fs::symlink_status(path, error)) ? path : target.string();
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path), target_(resolved(path)) {
  struct stat status {};
  if (::stat(target_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      fail("write", EISDIR);
    }
    replaces_ = S_ISREG(status.st_mode);
    if (::access(target_.c_str(), W_OK) != 0) {
      fail("write", errno);
    }
  }
  file_ = FileDescriptor(
      replaces_ ? ::open(directory_of(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode)
                : ::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
  const bool needs_name =
      !file_ && replaces_ && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
  while (needs_name && !file_) {
    const std::string name = fresh_name();
    file_ = FileDescriptor(::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode));
    if (file_) {
      temporary_ = name;
    } else if (errno != EEXIST) {
      break;
    }
  }
  if (!file_) {
    fail("create", errno);
  }
}

OutputFile::~OutputFile() { remove_temporary(); }

void OutputFile::write_at(std::uint64_t offset, const void* data, std::size_t bytes) {
  const auto* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const std::size_t piece = std::min(bytes, kMaxWrite);
    const ssize_t count = replaces_ ? ::pwrite(file_.get(), next, piece, static_cast<off_t>(offset))
                                    : ::write(file_.get(), next, piece);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail("write", errno, offset);
    }
    next += count;
    bytes -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
}

void OutputFile::commit() {
  // Pipes and terminals have nothing to flush, and say so.
  if (::fsync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) {
    fail("write", errno);
  }
  if (replaces_) {
    if (temporary_.empty()) {
      // A file without a name gets one: a fresh one first, since only a rename can replace a file.
      const std::string link = fmt::format("/proc/self/fd/{}", file_.get());
      for (;;) {
        const std::string name = fresh_name();
        if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
          temporary_ = name;
          break;
        }
        if (errno != EEXIST) {
          fail("create", errno);
        }
      }
    }
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
      fail("create", errno);
    }
    temporary_.clear();
    const FileDescriptor directory(
        ::open(directory_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) {
      (void)::fsync(directory.get());
    }
  }
  if (file_.close() != 0) {
    fail("write", errno);
  }
}

void OutputFile::fail(const char* what, int error, std::uint64_t offset) const {
  throw IoError(fmt::format("{}: cannot {}: {}", path_, what, error_words(error)), path_,
                static_cast<std::int64_t>(offset));
}

std::string OutputFile::fresh_name() {
  return fmt::format("{}.{}-{}.partial", target_, ::getpid(), names_tried_++);
}

void OutputFile::remove_temporary() noexcept {
  if (!temporary_.empty()) {
    (void)::unlink(temporary_.c_str());
    temporary_.clear();
  }
}

}  // namespace nonneg::io
