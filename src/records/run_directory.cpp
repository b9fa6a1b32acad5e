#include "records/run_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>
#include <type_traits>

#include "base/error_words.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "records/name_files.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "run.json";
constexpr std::array kRunFiles{"W.npy", "H.npy", kRecord, kRowNamesFile, kColumnNamesFile};

/// Replacing a directory removes all that is in it: allowed for a run, never for other files.
void check_replaceable(const OutputPath& path) {
  if (!fs::is_directory(path.target)) {
    throw InvalidArgument(fmt::format("--out {}: is a file; name a directory", path.given));
  }
  bool has_record = false;
  std::string foreign;
  for (const auto& entry : fs::directory_iterator(path.target)) {
    const std::string name = entry.path().filename().string();
    has_record = has_record || name == kRecord;
    const bool known = std::find(kRunFiles.begin(), kRunFiles.end(), name) != kRunFiles.end();
    if (!known) foreign = name;
  }
  if (!foreign.empty()) {
    throw InvalidArgument(
        fmt::format("--out {}: holds {}, which is not part of a run, so --overwrite leaves it "
                    "alone; name another directory, or move that file away",
                    path.given, foreign));
  }
  if (!has_record && !fs::is_empty(path.target)) {
    throw InvalidArgument(
        fmt::format("--out {}: is not empty and holds no {}, so --overwrite leaves it alone; name "
                    "another directory",
                    path.given, kRecord));
  }
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

[[noreturn]] void fail(const OutputPath& path, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", path.given, what, error_words(error)), path.given);
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path, bool overwrite, Interrupt& interrupt)
    : path_(resolve_output(path)), interrupt_(interrupt) {
  if (!path_.exists) return;
  if (!overwrite) {
    throw InvalidArgument(
        fmt::format("--out {}: exists already; name another directory, or add --overwrite", path));
  }
  try {
    check_replaceable(path_);
  } catch (const fs::filesystem_error& e) {
    fail(path_, "cannot be read", e.code().value());
  }
  check_same_device(path_);
}

RunDirectory::~RunDirectory() {
  if (unfinished_) discard();
}

template <class T>
void RunDirectory::write(MatrixView<const T> W, MatrixView<const T> Ht,
                         const nlohmann::ordered_json& record,
                         const std::vector<TextFile>& further) {
  using Json = nlohmann::ordered_json;
  make_partial();
  write_npy((path_.partial / "W.npy").string(), W);
  write_npy_transposed((path_.partial / "H.npy").string(), Ht);
  for (const TextFile& file : further) write_text(file);
  write_text({kRecord, record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"});
  flush_directory(path_.partial);
  commit();
}

void RunDirectory::make_partial() {
  interrupt_.unfinished(path_.partial);
  unfinished_ = true;
  if (::mkdir(path_.partial.c_str(), 0777) != 0) fail(path_, "cannot be made", errno);
}

void RunDirectory::write_text(const TextFile& file) {
  const std::string cannot = "cannot write " + file.name;
  const fs::path path = path_.partial / file.name;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) fail(path_, cannot, errno);
  std::string_view rest = file.content;
  int error = 0;
  while (error == 0 && !rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) fail(path_, cannot, error);
}

void RunDirectory::commit() {
  if (path_.exists) {
    replace();
    discard();
  } else {
    const auto lock = interrupt_.critical();
    if (!put_in_place(path_, false)) {
      // The work is done: it is not thrown away for somebody else's directory.
      unfinished_ = false;
      throw IoError(fmt::format("{}: was made by another program in the meantime; the results are "
                                "in {}",
                                path_.given, path_.partial.string()),
                    path_.given);
    }
  }
  unfinished_ = false;
  interrupt_.finished(path_.partial);
  flush_directory(path_.target.parent_path());
}

void RunDirectory::replace() {
  const auto lock = interrupt_.critical();
  const char* made = path_.partial.c_str();
  const char* target = path_.target.c_str();
  // The two change places in one step; what is then called partial is the older run.
  if (::renameat2(AT_FDCWD, made, AT_FDCWD, target, RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) fail(path_, "cannot be replaced", errno);
  // A file system without RENAME_EXCHANGE: three steps, undone where the second fails.
  const std::string aside = path_.partial.string() + ".old";
  if (::rename(target, aside.c_str()) != 0) fail(path_, "cannot be replaced", errno);
  if (::rename(made, target) != 0) {
    const int error = errno;
    ::rename(aside.c_str(), target);
    fail(path_, "cannot be replaced", error);
  }
  if (::rename(aside.c_str(), made) != 0) fail(path_, "the older run cannot be removed", errno);
}

void RunDirectory::discard() noexcept {
  try {
    std::error_code ignored;
    fs::remove_all(path_.partial, ignored);
    interrupt_.finished(path_.partial);
  } catch (...) {
    // Out of memory: a hidden directory stays behind.
  }
  unfinished_ = false;
}

template void RunDirectory::write(MatrixView<const float>, MatrixView<const float>,
                                  const nlohmann::ordered_json&, const std::vector<TextFile>&);
template void RunDirectory::write(MatrixView<const double>, MatrixView<const double>,
                                  const nlohmann::ordered_json&, const std::vector<TextFile>&);

}  // namespace nonneg::cli
