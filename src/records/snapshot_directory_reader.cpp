// SPDX-License-Identifier: Apache-2.0
// Reads snapshot directories, while they grow too.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error_words.hpp"
#include "io/file_descriptor.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "records/name_files.hpp"
#include "records/snapshot_lines.hpp"

namespace nonneg {
namespace {

namespace fs = std::filesystem;
using records::kIndexName;

io::FileDescriptor open_index(const std::string& directory, const std::string& index) {
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) {
    throw IoError(directory + ": is no directory; name a directory of snapshots", directory);
  }
  io::FileDescriptor file(::open(index.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) {
    throw IoError(
        fmt::format("{}: holds no {}; name a directory of snapshots", directory, kIndexName),
        directory);
  }
  if (!file) throw IoError(fmt::format("{}: cannot open: {}", index, error_words(errno)), index);
  return file;
}

/// Adds the next block of what lies at `offset`. Returns whether there was any.
bool read_block(const io::FileDescriptor& file, off_t offset, const std::string& path,
                std::string& text) {
  constexpr std::size_t kBlock = std::size_t{1} << 16U;
  std::array<char, kBlock> block{};
  while (true) {
    const ssize_t count = ::pread(file.get(), block.data(), block.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw IoError(fmt::format("{}: cannot read: {}", path, error_words(errno)), path, offset);
    }
    text.append(block.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
}

}  // namespace

class SnapshotDirectoryReader::Impl {
 public:
  explicit Impl(std::string directory)
      : directory_(std::move(directory)),
        index_((fs::path(directory_) / kIndexName).string()),
        file_(open_index(directory_, index_)) {
    refresh();
    if (lines_ == 0) {
      throw IoError(fmt::format("{}: holds no complete line: no run wrote it", index_), index_, 0);
    }
  }

  bool refresh() {
    check_same_file();
    const Index lines_before = lines_;
    // What has been read and not taken: at most a block, and a line whose end is still to come.
    std::string text;
    while (read_block(file_, offset_ + static_cast<off_t>(text.size()), index_, text)) {
      std::string_view rest = text;
      for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        take(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        offset_ += static_cast<off_t>(end) + 1;
        ++lines_;
      }
      text.erase(0, text.size() - rest.size());
    }
    return lines_ != lines_before;
  }

  MatrixFile open_matrix(const std::string& name, Index rows, Index cols) const {
    const std::string path = file(name);
    try {
      MatrixFile file = MatrixFile::open(path);
      const DataView& view = file.view();
      if (view.rows() != rows || view.cols() != cols) {
        throw IoError(fmt::format("{}: is {} x {}, but the run's first line says {} x {}", path,
                                  view.rows(), view.cols(), rows, cols),
                      path);
      }
      return file;
    } catch (const InvalidArgument& e) {
      // Not the user's matrix, but a file that a run wrote: it is damaged.
      throw IoError(e.what(), path);
    }
  }

  const std::string& directory() const noexcept { return directory_; }
  const SnapshotRun& run() const noexcept { return run_; }
  const std::vector<LossRecord>& checks() const noexcept { return checks_; }
  const std::vector<SnapshotEntry>& snapshots() const noexcept { return snapshots_; }
  const std::optional<SnapshotEnd>& end() const noexcept { return end_; }

 private:
  std::string file(const std::string& name) const { return (fs::path(directory_) / name).string(); }

  void check_same_file() const {
    struct stat opened {};
    struct stat named {};
    const bool same = ::fstat(file_.get(), &opened) == 0 && ::stat(index_.c_str(), &named) == 0 &&
                      opened.st_ino == named.st_ino && opened.st_dev == named.st_dev &&
                      opened.st_size >= offset_;
    if (!same) {
      throw IoError(index_ + ": was replaced or removed while it was read; open it again", index_);
    }
  }

  void take_run(records::RunLine line) {
    run_ = std::move(line.run);
    if (!line.row_names_file.empty()) {
      run_.row_names = records::read_name_file(file(line.row_names_file), run_.rows);
    }
    if (!line.column_names_file.empty()) {
      run_.column_names = records::read_name_file(file(line.column_names_file), run_.cols);
    }
  }

  void take(std::string_view text) {
    try {
      records::Line line = records::parse_line(text);
      if ((lines_ == 0) != std::holds_alternative<records::RunLine>(line)) {
        throw InvalidArgument("the first line, and no other, must be the run's");
      }
      if (auto* run = std::get_if<records::RunLine>(&line)) take_run(std::move(*run));
      if (const auto* check = std::get_if<LossRecord>(&line)) checks_.push_back(*check);
      if (auto* entry = std::get_if<SnapshotEntry>(&line)) snapshots_.push_back(std::move(*entry));
      if (auto* end = std::get_if<SnapshotEnd>(&line)) end_ = std::move(*end);
    } catch (const InvalidArgument& e) {
      throw IoError(fmt::format("{}: line {}: {}", index_, lines_ + 1, e.what()), index_, offset_);
    }
  }

  std::string directory_;
  SnapshotRun run_;
  std::vector<LossRecord> checks_;
  std::vector<SnapshotEntry> snapshots_;
  std::optional<SnapshotEnd> end_;
  std::string index_;
  io::FileDescriptor file_;
  /// Where the first line that was not read begins.
  off_t offset_ = 0;
  Index lines_ = 0;
};

SnapshotDirectoryReader::SnapshotDirectoryReader(const std::string& path)
    : impl_(std::make_unique<Impl>(path)) {}
SnapshotDirectoryReader::SnapshotDirectoryReader(SnapshotDirectoryReader&&) noexcept = default;
SnapshotDirectoryReader& SnapshotDirectoryReader::operator=(SnapshotDirectoryReader&&) noexcept =
    default;
SnapshotDirectoryReader::~SnapshotDirectoryReader() = default;

bool SnapshotDirectoryReader::refresh() { return impl_->refresh(); }
const std::string& SnapshotDirectoryReader::path() const noexcept { return impl_->directory(); }
const SnapshotRun& SnapshotDirectoryReader::run() const noexcept { return impl_->run(); }
const std::vector<LossRecord>& SnapshotDirectoryReader::checks() const noexcept {
  return impl_->checks();
}
const std::vector<SnapshotEntry>& SnapshotDirectoryReader::snapshots() const noexcept {
  return impl_->snapshots();
}
const std::optional<SnapshotEnd>& SnapshotDirectoryReader::end() const noexcept {
  return impl_->end();
}

MatrixFile SnapshotDirectoryReader::open_w(std::size_t i) const {
  return impl_->open_matrix(snapshots().at(i).W, run().snapshot_rows(), run().rank);
}

MatrixFile SnapshotDirectoryReader::open_h(std::size_t i) const {
  return impl_->open_matrix(snapshots().at(i).H, run().rank, run().cols);
}

MatrixFile SnapshotDirectoryReader::open_data() const {
  if (run().data.empty()) {
    throw InvalidArgument(path() + ": holds no data.npy: the matrix was too large to keep");
  }
  return impl_->open_matrix(run().data, run().rows, run().cols);
}

bool SnapshotDirectoryReader::holds_snapshots(const std::string& path) noexcept {
  std::error_code ignored;
  return fs::is_regular_file(fs::path(path) / kIndexName, ignored);
}

}  // namespace nonneg
