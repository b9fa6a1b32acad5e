// SPDX-License-Identifier: Apache-2.0
#include "records/run_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error_words.hpp"
#include "io/output_file.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "records/factor_tables.hpp"
#include "records/name_files.hpp"
#include "records/record_text.hpp"

namespace nonneg::records {
namespace {

namespace fs = std::filesystem;

/// Whether a run directory may hold a file of this name: what a run writes, and what is drawn of
/// it.
bool is_run_file(const fs::path& name) {
  constexpr std::array kFiles{"W.npy",       "H.npy",          kRecordFile,
                              kRowNamesFile, kColumnNamesFile, kWTableFile,
                              kHTableFile,   kTopTableFile,    "report.html"};
  constexpr std::array kPictures{"learning", "line", "basis", "pairs", "factors", "loss"};
  constexpr std::array kFormats{".gif", ".png", ".svg"};
  const auto among = [](const auto& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  return among(kFiles, name.string()) ||
         (among(kPictures, name.stem().string()) && among(kFormats, name.extension().string()));
}

/// Replacing a directory removes all that is in it: allowed for a run, never for other files.
void check_replaceable(const io::OutputPath& path) {
  const auto refuse = [&path](const std::string& why) {
    throw InvalidArgument(Subject::output,
                          fmt::format("{} {}: {}", path.names.place, path.given, why));
  };
  if (!fs::is_directory(path.target)) refuse("is a file; name a directory");
  bool has_record = false;
  std::string foreign;
  for (const auto& entry : fs::directory_iterator(path.target)) {
    const std::string name = entry.path().filename().string();
    has_record = has_record || name == kRecordFile;
    if (!is_run_file(name)) foreign = name;
  }
  if (!foreign.empty()) {
    refuse(
        fmt::format("holds {}, which is not part of a run, so {} leaves it alone; name another "
                    "directory, or move that file away",
                    foreign, path.names.overwrite));
  }
  if (!has_record && !fs::is_empty(path.target)) {
    refuse(
        fmt::format("is not empty and holds no {}, so {} leaves it alone; name another "
                    "directory",
                    kRecordFile, path.names.overwrite));
  }
}

io::OutputPath checked_path(const std::string& given, bool overwrite,
                            const io::OutputNames& names) {
  io::OutputPath path = io::resolve_output(given, names);
  if (!path.exists) return path;
  if (!overwrite) {
    throw InvalidArgument(Subject::output,
                          fmt::format("{} {}: exists already; name another directory, or {}",
                                      names.place, given, names.set_overwrite));
  }
  try {
    check_replaceable(path);
  } catch (const fs::filesystem_error& e) {
    throw IoError(fmt::format("{}: cannot be read: {}", path.given, error_words(e.code().value())),
                  path.given);
  }
  return path;
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path, bool overwrite, io::OutputGuard& guard,
                           const io::OutputNames& names)
    : directory_(checked_path(path, overwrite, names), guard) {}

template <class T>
void RunDirectory::write(MatrixView<const T> W, MatrixView<const T> Ht,
                         const nlohmann::ordered_json& record,
                         const std::vector<LossRecord>& history,
                         const std::vector<TextFile>& further) {
  directory_.make();
  const fs::path& partial = directory_.path().partial;
  write_npy((partial / "W.npy").string(), W);
  write_npy_transposed((partial / "H.npy").string(), Ht);
  for (const TextFile& file : further) write_text(file);
  write_text(
      {kRecordFile, {}, [&](const TextFile::Take& take) { write_record(record, history, take); }});
  directory_.commit();
}

void RunDirectory::write_text(const TextFile& file) const {
  io::OutputFile out((directory_.path().partial / file.name).string(), words_for(file.name));
  std::uint64_t bytes = 0;
  const TextFile::Take take = [&](std::string_view text) {
    out.write_at(bytes, text.data(), text.size());
    bytes += text.size();
  };
  if (file.write) {
    file.write(take);
  } else {
    take(file.content);
  }
  out.commit();
}

io::OutputWords RunDirectory::words_for(const std::string& file) const {
  const std::string cannot = "cannot write " + file;
  return {.name = name(), .create = cannot, .write = cannot, .place = cannot};
}

template void RunDirectory::write(MatrixView<const float>, MatrixView<const float>,
                                  const nlohmann::ordered_json&, const std::vector<LossRecord>&,
                                  const std::vector<TextFile>&);
template void RunDirectory::write(MatrixView<const double>, MatrixView<const double>,
                                  const nlohmann::ordered_json&, const std::vector<LossRecord>&,
                                  const std::vector<TextFile>&);

}  // namespace nonneg::records
