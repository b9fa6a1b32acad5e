// SPDX-License-Identifier: Apache-2.0
#include "io/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error_words.hpp"
#include "io/file_descriptor.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

[[noreturn]] void throw_cannot(const char* what, const std::string& path, int error,
                               std::int64_t offset = IoError::kNoOffset) {
  throw IoError(fmt::format("{}: cannot {}: {}", path, what, error_words(error)), path, offset);
}

/// Reads from where the descriptor stands to its end.
void read_all(int descriptor, const std::string& path, ByteBuffer& bytes) {
  for (;;) {
    const std::size_t before = bytes.size();
    const ssize_t count = ::read(descriptor, bytes.grow(kReadBytes), kReadBytes);
    const int error = errno;
    bytes.truncate(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count == 0) {
      return;
    }
    if (count < 0 && error != EINTR) {
      throw_cannot("read", path, error, static_cast<std::int64_t>(before));
    }
  }
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : read_(path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    throw_cannot("open", path, errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    throw_cannot("read", path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    throw_cannot("read", path, EISDIR);
  }
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    const auto bytes = static_cast<std::size_t>(status.st_size);
    void* const mapping = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapping != MAP_FAILED) {
      mapping_ = mapping;
      mapping_bytes_ = bytes;
      return;
    }
  }
  read_all(file.get(), path, read_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mapping_bytes_(std::exchange(other.mapping_bytes_, 0)),
      read_(std::move(other.read_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    unmap();
    mapping_ = std::exchange(other.mapping_, nullptr);
    mapping_bytes_ = std::exchange(other.mapping_bytes_, 0);
    read_ = std::move(other.read_);
  }
  return *this;
}

MappedFile::~MappedFile() { unmap(); }

std::string_view MappedFile::bytes() const noexcept {
  return mapped() ? std::string_view(static_cast<const char*>(mapping_), mapping_bytes_)
                  : read_.text();
}

void MappedFile::advise_sequential() const noexcept {
  if (mapped()) {
    (void)::madvise(mapping_, mapping_bytes_, MADV_SEQUENTIAL);
  }
}

void MappedFile::unmap() noexcept {
  if (mapped()) {
    (void)::munmap(mapping_, mapping_bytes_);
  }
}

}  // namespace nonneg::io
