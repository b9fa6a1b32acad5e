// SPDX-License-Identifier: Apache-2.0
#include "io/unfinished.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/utf8.hpp"
#include "io/output_path.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

/// Names may be 255 bytes long; the hidden one is longer than its target's.
constexpr std::size_t kMaxNameBytes = 180;
constexpr std::size_t kMaxHostBytes = 32;

/// ".NAME.partial-"
std::string beginning_for(std::string_view name) {
  return fmt::format(".{}.partial-", utf8_prefix(name, kMaxNameBytes));
}

/// This machine's name as a part of a file's name.
std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  std::string host(std::string_view(name.data()).substr(0, kMaxHostBytes));
  std::replace_if(
      host.begin(), host.end(),
      [](char c) {
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
      },
      '_');
  return host;
}

/// "12345", or "12345-2".
bool is_process_and_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789-") == std::string_view::npos;
}

bool same_file(const FileDescriptor& file, const fs::path& path) noexcept {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// For writing where it is a file: over a network only such a one can be locked.
FileDescriptor open_to_lock(const fs::path& path) {
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  FileDescriptor file(::open(path.c_str(), O_RDWR | kFlags));
  return file ? std::move(file) : FileDescriptor(::open(path.c_str(), O_RDONLY | kFlags));
}

void remove_if_abandoned(const fs::path& path) {
  std::error_code ignored;
  // A replacement that was killed between two of its renames: this is all that there is of a run.
  if (fs::exists(fs::symlink_status(path.string() + ".old", ignored))) return;
  const FileDescriptor file = open_to_lock(path);
  if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !same_file(file, path)) return;
  fs::remove_all(path, ignored);
}

}  // namespace

fs::path unfinished_path(const fs::path& target) {
  return target.parent_path() /
         fmt::format("{}{}-{}", beginning_for(target.filename().string()), host_name(), ::getpid());
}

bool is_unfinished(std::string_view entry, std::string_view name) {
  return entry.starts_with(beginning_for(name));
}

void hold(const FileDescriptor& file) noexcept {
  // Who removes something holds the lock on it for a moment.
  while (::flock(file.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
}

bool claim(const FileDescriptor& file, const fs::path& hidden) noexcept {
  hold(file);
  return same_file(file, hidden);
}

void remove_abandoned(const fs::path& directory, std::span<const std::string> names) noexcept {
  try {
    std::vector<std::string> beginnings;
    for (const std::string& name : names) {
      beginnings.push_back(beginning_for(name) + host_name() + "-");
    }
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(directory)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with('.')) continue;
      const auto belongs = [&name](const std::string& beginning) {
        return name.starts_with(beginning) &&
               is_process_and_number(std::string_view(name).substr(beginning.size()));
      };
      if (std::any_of(beginnings.begin(), beginnings.end(), belongs)) found.push_back(entry.path());
    }
    for (const fs::path& path : found) remove_if_abandoned(path);
  } catch (...) {
    // They take room on the disk, and harm nobody.
  }
}

fs::path set_aside(const fs::path& hidden, const fs::path& target) {
  const std::string whole = target.stem().string();
  const std::string_view stem = utf8_prefix(whole, kMaxNameBytes);
  const std::string extension = target.extension().string();
  for (int number = 0;; ++number) {
    const std::string suffix = number == 0 ? std::string() : fmt::format("-{}", number);
    fs::path aside = target.parent_path() / fmt::format("{}.result{}{}", stem, suffix, extension);
    const int error = rename_into_place(hidden, aside, false);
    if (error == 0) return aside;
    if (error != EEXIST) return hidden;
  }
}

}  // namespace nonneg::io
