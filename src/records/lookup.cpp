#include "records/lookup.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nonneg/error.hpp"
#include "nonneg/snapshot_directory.hpp"

namespace nonneg::cli {

std::string find_snapshots(const std::string& given) {
  if (SnapshotDirectoryReader::holds_snapshots(given)) return given;
  const std::filesystem::path record_path = std::filesystem::path(given) / "run.json";
  std::ifstream file(record_path);
  // Without one the reader says what is wrong with the directory.
  if (!file) return given;
  const auto record = nlohmann::ordered_json::parse(file, nullptr, false);
  if (!record.is_object()) {
    throw IoError(record_path.string() + ": is no JSON object", record_path.string());
  }
  const auto named = record.find("snapshots");
  if (named == record.end() || !named->is_string()) {
    throw IoError(
        fmt::format("{}: is a run without snapshots; factorize with --snapshots DIR keeps them",
                    given),
        given);
  }
  return named->get<std::string>();
}

nlohmann::ordered_json run_record_of(const SnapshotDirectoryReader& reader) {
  if (reader.run().output.empty()) return nullptr;
  std::ifstream file(std::filesystem::path(reader.run().output) / "run.json");
  if (!file) return nullptr;
  auto record = nlohmann::ordered_json::parse(file, nullptr, false);
  return record.is_object() ? record : nlohmann::ordered_json(nullptr);
}

}  // namespace nonneg::cli
