#include "io/output_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error_words.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& given, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", given, what, error_words(error)), given);
}

/// Whether a directory takes new entries is only known by making one.
void try_writing(const std::string& given, const fs::path& partial) {
  if (::mkdir(partial.c_str(), 0700) != 0) {
    const int error = errno;
    throw IoError(fmt::format("{}: cannot write in {}: {}; name another place with --out", given,
                              partial.parent_path().string(), error_words(error)),
                  given);
  }
  ::rmdir(partial.c_str());
}

}  // namespace

OutputPath resolve_output(const std::string& given) {
  if (given.empty()) throw InvalidArgument("--out is empty: name the place for the results");
  OutputPath path;
  path.given = given;
  fs::path parent;
  try {
    fs::path place = fs::absolute(given);
    while (!place.has_filename() && place.has_relative_path()) place = place.parent_path();
    path.exists = fs::exists(fs::symlink_status(place));
    if (path.exists) place = fs::canonical(place);
    if (!place.has_filename()) {
      throw InvalidArgument(fmt::format("--out {}: name a place below it, not the root", given));
    }
    parent = place.parent_path();
    if (!fs::is_directory(parent)) {
      throw IoError(fmt::format("{}: the directory {} does not exist; make it first (mkdir -p)",
                                given, parent.string()),
                    given);
    }
    parent = fs::canonical(parent);
    path.target = parent / place.filename();
  } catch (const fs::filesystem_error& e) {
    fail(given, "cannot be used", e.code().value());
  }
  // Names may be 255 bytes long; the hidden one is longer than its target's.
  constexpr std::size_t kLongestName = 200;
  const std::string name = path.target.filename().string().substr(0, kLongestName);
  path.partial = parent / fmt::format(".{}.partial-{}", name, ::getpid());
  try_writing(given, path.partial);
  return path;
}

OutputPath resolve_output_file(const std::string& given, bool overwrite) {
  std::error_code ignored;
  if (!fs::path(given).has_filename() || fs::is_directory(given, ignored)) {
    throw InvalidArgument(fmt::format("--out {}: name a file, such as {}", given,
                                      (fs::path(given) / "result.npy").string()));
  }
  if (fs::path(given).extension() != ".npy") {
    throw InvalidArgument(
        fmt::format("--out {}: results are .npy files; name it so ({})", given,
                    fs::path(given).filename().replace_extension(".npy").string()));
  }
  OutputPath path = resolve_output(given);
  if (path.exists && !fs::is_regular_file(path.target, ignored)) {
    throw InvalidArgument(fmt::format("--out {}: is no regular file; name another", given));
  }
  if (path.exists && !overwrite) {
    throw InvalidArgument(
        fmt::format("--out {}: exists already; name another, or add --overwrite", given));
  }
  return path;
}

bool put_in_place(const OutputPath& path, bool overwrite) {
  const char* from = path.partial.c_str();
  const char* to = path.target.c_str();
  if (!overwrite) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    // A file system without RENAME_NOREPLACE.
    if (errno != EINVAL && errno != ENOSYS) fail(path.given, "cannot be put in place", errno);
    if (fs::exists(fs::symlink_status(path.target))) return false;
  }
  if (::rename(from, to) != 0) fail(path.given, "cannot be put in place", errno);
  return true;
}

void flush_directory(const fs::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) fail(directory.string(), "cannot be opened", errno);
  const int error = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  // Some file systems have no fsync for directories.
  if (error != 0 && error != EINVAL) fail(directory.string(), "cannot be flushed to disk", error);
}

}  // namespace nonneg::cli
