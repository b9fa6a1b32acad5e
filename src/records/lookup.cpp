#include "records/lookup.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nonneg/error.hpp"
#include "records/run_directory.hpp"

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

}  // namespace

Json read_run_record(const std::string& directory) {
  const fs::path path = fs::path(directory) / kRecordFile;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return nullptr;
  std::ifstream file(path);
  if (!file) throw IoError(path.string() + ": cannot be read", path.string());
  return Json::parse(file, nullptr, false);
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

std::optional<std::string> find_snapshots(const std::string& given) {
  if (SnapshotDirectoryReader::holds_snapshots(given)) return given;
  const Json record = read_run_record(given);
  if (record.is_null()) return given;
  if (!record.is_object()) {
    const std::string path = (fs::path(given) / kRecordFile).string();
    throw IoError(path + ": is no JSON object", path);
  }
  const auto named = record.find("snapshots");
  if (named == record.end() || !named->is_string()) return std::nullopt;
  return named->get<std::string>();
}

MatrixFile open_data(const SnapshotDirectoryReader& reader) {
  const SnapshotRun& run = reader.run();
  if (!run.data.empty()) return reader.open_data();
  if (!is_regular_source(run.data_source)) {
    throw InvalidArgument(fmt::format("{} is not at hand", run.data_source));
  }
  MatrixFile file = MatrixFile::open(run.data_source);
  if (file.view().rows() != run.rows || file.view().cols() != run.cols) {
    throw InvalidArgument(fmt::format("{} has another shape by now", run.data_source));
  }
  return file;
}

}  // namespace nonneg::records
