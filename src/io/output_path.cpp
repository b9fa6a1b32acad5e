// SPDX-License-Identifier: Apache-2.0
#include "io/output_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error_words.hpp"
#include "io/file_descriptor.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& given, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", given, what, error_words(error)), given);
}

/// Whether a directory takes new entries is only known by making one.
void try_writing(const OutputPath& path) {
  if (::mkdir(path.partial.c_str(), 0700) != 0) {
    // Left there by a process of the same number: one could write here then.
    const bool left = errno == EEXIST;
    if (left && ::access(path.partial.parent_path().c_str(), W_OK) == 0) return;
    const int error = errno;
    throw IoError(fmt::format("{}: cannot write in {}: {}; {}", path.given,
                              path.partial.parent_path().string(), error_words(error),
                              path.names.name_another),
                  path.given);
  }
  ::rmdir(path.partial.c_str());
}

}  // namespace

OutputPath resolve_output(const std::string& given, const OutputNames& names) {
  if (given.empty()) {
    throw InvalidArgument(Subject::output,
                          names.place + " is empty: name the place for the results");
  }
  OutputPath path;
  path.given = given;
  path.names = names;
  fs::path parent;
  try {
    fs::path place = fs::absolute(given);
    while (!place.has_filename() && place.has_relative_path()) place = place.parent_path();
    path.exists = fs::exists(fs::symlink_status(place));
    if (path.exists) place = fs::canonical(place);
    if (!place.has_filename()) {
      throw InvalidArgument(
          Subject::output,
          fmt::format("{} {}: name a place below it, not the root", names.place, given));
    }
    parent = place.parent_path();
    path.parents = std::make_shared<MadeDirectories>(parent);
    parent = fs::canonical(parent);
    path.target = parent / place.filename();
  } catch (const fs::filesystem_error& e) {
    throw IoError(
        fmt::format("{}: {}: {}; {}", given,
                    parent.empty() ? "cannot be used"
                                   : "its directory " + parent.string() + " cannot be used",
                    error_words(e.code().value()), names.name_another),
        given);
  }
  path.partial = unfinished_path(path.target);
  try_writing(path);
  return path;
}

OutputPath resolve_output_file(const std::string& given, bool overwrite, const OutputNames& names,
                               const std::vector<std::string>& kinds) {
  const auto refuse = [&](const std::string& why) {
    throw InvalidArgument(Subject::output, fmt::format("{} {}: {}", names.place, given, why));
  };
  std::error_code ignored;
  if (!fs::path(given).has_filename() || fs::is_directory(given, ignored)) {
    refuse("name a file, such as " + (fs::path(given) / ("result" + kinds.front())).string());
  }
  if (std::find(kinds.begin(), kinds.end(), fs::path(given).extension()) == kinds.end()) {
    refuse(fmt::format("results are {} files; name it so ({})", fmt::join(kinds, " or "),
                       fs::path(given).filename().replace_extension(kinds.front()).string()));
  }
  OutputPath path = resolve_output(given, names);
  if (path.exists && !fs::is_regular_file(path.target, ignored)) {
    refuse("is no regular file; name another");
  }
  if (path.exists && !overwrite) {
    refuse("exists already; name another, or " + names.set_overwrite);
  }
  const std::string name = path.target.filename().string();
  remove_abandoned(path.target.parent_path(), {&name, 1});
  return path;
}

void require_unread(const OutputPath& out, const std::vector<std::string>& read) {
  if (!out.exists) return;
  for (const std::string& path : read) {
    std::error_code failed;
    fs::path above = path.empty() ? fs::path() : fs::canonical(path, failed);
    for (; !failed && above.has_relative_path(); above = above.parent_path()) {
      if (above != fs::weakly_canonical(out.target, failed)) continue;
      throw InvalidArgument(Subject::output,
                            fmt::format("{} {}: would take the place of {}, which is read; {}",
                                        out.names.place, out.given, path, out.names.name_another));
    }
  }
}

int rename_into_place(const fs::path& partial, const fs::path& target, bool overwrite) noexcept {
  const char* from = partial.c_str();
  const char* to = target.c_str();
  if (!overwrite) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    // A file system without RENAME_NOREPLACE.
    if (errno != EINVAL && errno != ENOSYS) return errno;
    struct stat status {};
    if (::lstat(to, &status) == 0) return EEXIST;
  }
  return ::rename(from, to) == 0 ? 0 : errno;
}

void flush_directory(const fs::path& directory) {
  const FileDescriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // One may write in a directory that one may not read.
  if (!file && errno == EACCES) return;
  if (!file) fail(directory.string(), "cannot be opened", errno);
  // Some file systems have no fsync for directories.
  if (::fsync(file.get()) != 0 && errno != EINVAL) {
    fail(directory.string(), "cannot be flushed to disk", errno);
  }
}

}  // namespace nonneg::io
