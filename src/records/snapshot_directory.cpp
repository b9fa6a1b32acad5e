// SPDX-License-Identifier: Apache-2.0
// Writes snapshot directories.
#include "nonneg/snapshot_directory.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <utility>

#include "base/error_words.hpp"
#include "data/dense_copy.hpp"
#include "data/element_types.hpp"
#include "data/readable.hpp"
#include "io/file_descriptor.hpp"
#include "io/output_file.hpp"
#include "io/unfinished.hpp"
#include "nonneg/version.hpp"
#include "records/name_files.hpp"
#include "records/snapshot_lines.hpp"

namespace nonneg {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using records::kColumnNamesFile;
using records::kDataName;
using records::kIndexName;
using records::kRowNamesFile;
using records::require_names;

/// Lines reach the disk this often; a kill of the writer loses none of them in between.
constexpr std::chrono::seconds kFlushInterval{1};

[[noreturn]] void fail(const std::string& path, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", path, what, error_words(error)), path);
}

/// A file of ours: complete, or left over by a writer that was killed.
bool is_ours(std::string_view name) {
  if (name.starts_with('.')) {
    const std::string_view finished = name.substr(1, name.rfind(".partial-") - 1);
    if (!io::is_unfinished(name, finished)) return false;
    name = finished;
  }
  return name == kDataName || name == kIndexName || name == kRowNamesFile ||
         name == kColumnNamesFile ||
         ((name.starts_with("W-") || name.starts_with("H-")) && name.ends_with(".npy"));
}

bool holds_only_ours(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (!is_ours(entry.path().filename().string())) return false;
  }
  return true;
}

/// The index first: from then on the directory holds no snapshots, rather than some of them.
void remove_snapshots(const fs::path& directory) {
  fs::remove(directory / kIndexName);
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (is_ours(entry.path().filename().string())) old.push_back(entry.path());
  }
  for (const fs::path& file : old) fs::remove(file);
}

void make_directory(const std::string& path, SnapshotDirectory::IfPresent if_present) {
  try {
    const bool replace = if_present == SnapshotDirectory::IfPresent::replace;
    if (::mkdir(path.c_str(), 0777) == 0) return;
    if (errno != EEXIST) fail(path, "cannot be made", errno);
    if (!fs::is_directory(path)) {
      throw InvalidArgument(Subject::output,
                            path + ": is a file; name a directory for the snapshots");
    }
    if (fs::is_empty(path)) return;
    // A writer that was killed at its start leaves files of ours and no index.
    if (!SnapshotDirectoryReader::holds_snapshots(path) && !holds_only_ours(path)) {
      throw InvalidArgument(
          Subject::output,
          fmt::format(
              "{}: is not empty and holds no {}, so it is left alone; name another directory", path,
              kIndexName));
    }
    if (!replace) {
      throw InvalidArgument(Subject::output,
                            path +
                                ": holds the snapshots of an older run; name another directory, or "
                                "ask for these to be replaced");
    }
    remove_snapshots(path);
  } catch (const fs::filesystem_error& e) {
    fail(path, "cannot be used", e.code().value());
  }
}

template <class T>
void write_data(const std::string& path, const DataView& data) {
  const Matrix<T> dense = dense_copy<T>(data);
  write_npy(path, dense.view());
}

std::string now_utc() {
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%SZ}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

template <class T>
void check_shapes(const SnapshotRun& run, const Snapshot<T>& snapshot) {
  const auto& W = snapshot.W;
  const auto& Ht = snapshot.Ht;
  if (W.rows() != run.snapshot_rows() || W.cols() != run.rank || Ht.rows() != run.cols ||
      Ht.cols() != run.rank) {
    throw InvalidArgument(
        Subject::snapshots,
        fmt::format("snapshot {}: W is {} x {} and Ht {} x {}; the run's are {} x {} and {} x {}",
                    snapshot.iteration, W.rows(), W.cols(), Ht.rows(), Ht.cols(),
                    run.snapshot_rows(), run.rank, run.cols, run.rank));
  }
}

}  // namespace

class SnapshotDirectory::Impl {
 public:
  Impl(std::string path, SnapshotRun run, const DataView* data, IfPresent if_present)
      : path_(std::move(path)), run_(std::move(run)) {
    if (data != nullptr) require_readable(Subject::A, *data);
    require_names("row", run_.row_names.size(), run_.rows);
    require_names("column", run_.column_names.size(), run_.cols);
    make_directory(path_, if_present);
    if (run_.nonneg_version.empty()) run_.nonneg_version = version();
    if (run_.started.empty()) run_.started = now_utc();
    run_.data.clear();
    // A sparse matrix may have more places than 64 bits can count.
    if (data != nullptr && (data->cols() == 0 || data->rows() <= kMaxDataEntries / data->cols())) {
      run_.data = kDataName;
      fits_float32(data->type()) ? write_data<float>(file(kDataName), *data)
                                 : write_data<double>(file(kDataName), *data);
    }
    write_names(kRowNamesFile, run_.row_names);
    write_names(kColumnNamesFile, run_.column_names);
    const std::string line = records::run_line(run_);
    write_text(kIndexName, line);
    index_ = io::FileDescriptor(::open(file(kIndexName).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!index_) fail(file(kIndexName), "cannot be opened", errno);
    length_ = static_cast<off_t>(line.size());
  }

  void add_check(const LossRecord& check) { append(records::check_line(check), false); }

  void end(const SnapshotEnd& end) { append(records::end_line(end), true); }

  template <class T>
  void add_snapshot(const Snapshot<T>& snapshot) {
    check_shapes(run_, snapshot);
    if (snapshot.iteration <= last_iteration_) {
      throw InvalidArgument(Subject::snapshots,
                            fmt::format("snapshot {} comes after snapshot {}: they must ascend",
                                        snapshot.iteration, last_iteration_));
    }
    const SnapshotEntry entry{.iteration = snapshot.iteration,
                              .seconds = snapshot.seconds,
                              .loss = snapshot.loss,
                              .objective = snapshot.objective,
                              .relative_error = snapshot.relative_error,
                              .W = records::factor_name('W', snapshot.iteration),
                              .H = records::factor_name('H', snapshot.iteration),
                              .skipped = snapshot.skipped};
    write_npy(file(entry.W), snapshot.W);
    write_npy_transposed(file(entry.H), snapshot.Ht);
    append(records::snapshot_line(entry), false);
    last_iteration_ = snapshot.iteration;
  }

  const std::string& path() const noexcept { return path_; }
  /// Held through a snapshot: only one thread hands them over.
  std::mutex& snapshot_mutex() noexcept { return snapshot_mutex_; }

 private:
  std::string file(const std::string& name) const { return (fs::path(path_) / name).string(); }

  void write_text(const char* name, const std::string& text) const {
    io::write_file(file(name), text);
  }

  void write_names(const char* name, const std::vector<std::string>& names) const {
    if (records::in_own_file(names)) write_text(name, records::lines_of(names));
  }

  void append(const std::string& line, bool flush) {
    const std::lock_guard lock(index_mutex_);
    std::size_t done = 0;
    while (done < line.size()) {
      const ssize_t count = ::write(index_.get(), line.data() + done, line.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        const int error = errno;
        // Readers take a line without its end for one that is still to come.
        (void)!::ftruncate(index_.get(), length_);
        fail(file(kIndexName), "cannot write", error);
      }
      done += static_cast<std::size_t>(count);
    }
    length_ += static_cast<off_t>(line.size());
    if (flush || Clock::now() - flushed_ >= kFlushInterval) {
      if (::fdatasync(index_.get()) != 0) fail(file(kIndexName), "cannot write", errno);
      flushed_ = Clock::now();
    }
  }

  std::string path_;
  SnapshotRun run_;
  io::FileDescriptor index_;
  off_t length_ = 0;
  Index last_iteration_ = -1;
  Clock::time_point flushed_ = Clock::now();
  std::mutex index_mutex_;
  std::mutex snapshot_mutex_;
};

SnapshotDirectory::SnapshotDirectory(std::unique_ptr<Impl> impl) noexcept
    : impl_(std::move(impl)) {}
SnapshotDirectory::~SnapshotDirectory() = default;

std::unique_ptr<SnapshotDirectory> SnapshotDirectory::create(const std::string& path,
                                                             SnapshotRun run, const DataView* data,
                                                             IfPresent if_present) {
  return std::unique_ptr<SnapshotDirectory>(
      new SnapshotDirectory(std::make_unique<Impl>(path, std::move(run), data, if_present)));
}

void SnapshotDirectory::add_check(const LossRecord& check) { impl_->add_check(check); }

void SnapshotDirectory::add_snapshot(const Snapshot<float>& snapshot) {
  const std::lock_guard lock(impl_->snapshot_mutex());
  impl_->add_snapshot(snapshot);
}

void SnapshotDirectory::add_snapshot(const Snapshot<double>& snapshot) {
  const std::lock_guard lock(impl_->snapshot_mutex());
  impl_->add_snapshot(snapshot);
}

void SnapshotDirectory::end(const SnapshotEnd& end) { impl_->end(end); }

const std::string& SnapshotDirectory::path() const noexcept { return impl_->path(); }

}  // namespace nonneg
