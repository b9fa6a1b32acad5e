// SPDX-License-Identifier: Apache-2.0
#include "records/lookup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error_words.hpp"
#include "io/mapped_file.hpp"
#include "nonneg/error.hpp"
#include "records/json_text.hpp"
#include "records/record_text.hpp"
#include "records/run_directory.hpp"
#include "records/snapshot_lines.hpp"

namespace nonneg::records {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Whether the file of "FILE" or "FILE:/PATH/IN/FILE" is one that can be opened again: a pipe that
/// A came through once is not.
bool is_regular_source(const std::string& source) {
  std::error_code ignored;
  return fs::is_regular_file(source, ignored) ||
         fs::is_regular_file(source.substr(0, source.rfind(":/")), ignored);
}

/// Takes all of a run.json but its history.
bool is_kept(int depth, Json::parse_event_t event, const Json& parsed) {
  return !(depth == 1 && event == Json::parse_event_t::key && parsed == kHistoryKey);
}

}  // namespace

Json read_run_record(const std::string& directory, History history) {
  const std::string path = (fs::path(directory) / kRecordFile).string();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return nullptr;
    throw IoError(fmt::format("{}: cannot read: {}", path, error_words(errno)), path);
  }
  // Says why, where it cannot be read; what is read is read piece by piece.
  (void)io::MappedFile(path);
  std::ifstream file(path);
  Json record =
      parse_json(file, [history](int depth, Json::parse_event_t event, const Json& parsed) {
        return history == History::taken || is_kept(depth, event, parsed);
      });
  // Null is returned where there is no such file.
  if (record.is_null()) throw InvalidArgument(path + ": is no record of a run");
  return record;
}

Json run_record_of(const SnapshotDirectoryReader& reader) {
  if (reader.run().output.empty()) return nullptr;
  try {
    Json record = read_run_record(reader.run().output);
    return record.is_object() ? record : Json(nullptr);
  } catch (const IoError&) {
    return nullptr;
  }
}

bool has_snapshots(const std::string& directory) {
  struct stat status {};
  const std::string index = (fs::path(directory) / kIndexName).string();
  if (::stat(index.c_str(), &status) != 0) {
    if (errno != EACCES) return false;
    throw IoError(fmt::format("{}: cannot read: {}", directory, error_words(EACCES)), directory);
  }
  return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

std::optional<std::string> find_snapshots(const std::string& given) {
  if (has_snapshots(given)) return given;
  const Json record = read_run_record(given);
  if (record.is_null()) return given;
  if (!record.is_object()) {
    const std::string path = (fs::path(given) / kRecordFile).string();
    throw IoError(path + ": is no JSON object", path);
  }
  const auto named = record.find("snapshots");
  if (named == record.end() || named->is_null()) return std::nullopt;
  if (!named->is_string()) {
    const std::string path = (fs::path(given) / kRecordFile).string();
    throw IoError(path + ": \"snapshots\" is no text", path);
  }
  return named->get<std::string>();
}

MatrixFile open_data(const SnapshotDirectoryReader& reader) {
  const SnapshotRun& run = reader.run();
  if (!run.data.empty()) return reader.open_data();
  if (!is_regular_source(run.data_source)) {
    throw InvalidArgument(fmt::format("{} is not at hand", run.data_source));
  }
  MatrixFile file = MatrixFile::open(run.data_source, run.opened);
  if (file.view().rows() != run.rows || file.view().cols() != run.cols) {
    throw InvalidArgument(fmt::format("{} has another shape by now", run.data_source));
  }
  return file;
}

}  // namespace nonneg::records
