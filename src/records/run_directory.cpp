// SPDX-License-Identifier: Apache-2.0
#include "records/run_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error_words.hpp"
#include "io/output_file.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "records/factor_tables.hpp"
#include "records/name_files.hpp"
#include "records/record_text.hpp"

namespace nonneg::records {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFiles{"W.npy",          "H.npy",       kRecordFile,   kRowNamesFile,
                            kColumnNamesFile, kWTableFile,   kHTableFile,   kTopTableFile,
                            "report.html",    kRestartsFile, kRestartsTable};

/// Whether a file is what a process that was killed has left of one of them.
bool is_leftover(const std::string& name) {
  return std::any_of(kFiles.begin(), kFiles.end(),
                     [&name](const char* file) { return io::is_unfinished(name, file); });
}

/// Whether a run directory may hold a file of this name: what a run writes, and restarts, and what
/// is drawn of it.
bool is_run_file(const fs::path& name) {
  constexpr std::array kPictures{"learning", "line", "basis", "pairs", "factors", "loss"};
  constexpr std::array kFormats{".gif", ".png", ".svg"};
  const auto among = [](const auto& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  return among(kFiles, name.string()) || is_leftover(name.string()) ||
         (among(kPictures, name.stem().string()) && among(kFormats, name.extension().string()));
}

/// The first file in the folder of restarts that is not one of them; empty where all are.
std::string foreign_in_runs(const fs::path& runs) {
  if (!fs::is_directory(runs)) return fs::exists(runs) ? runs.filename().string() : std::string();
  for (const auto& entry : fs::recursive_directory_iterator(runs)) {
    const std::string name = entry.path().filename().string();
    const bool of_rank = entry.is_directory() && name.starts_with('k');
    const bool replicate = name.starts_with('r') && name.ends_with(".npz");
    const bool unfinished = name.starts_with(".r");
    if (!of_rank && !replicate && !unfinished) {
      return fs::relative(entry.path(), runs.parent_path()).string();
    }
  }
  return {};
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
    has_record = has_record || name == kRecordFile || name == kRestartsFile;
    if (name == kRunsFolder) continue;
    if (!is_run_file(name)) foreign = name;
  }
  if (foreign.empty()) foreign = foreign_in_runs(path.target / kRunsFolder);
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

io::OutputWords words_for(const std::string& name, const std::string& file) {
  const std::string cannot = "cannot write " + file;
  return {.name = name, .create = cannot, .write = cannot, .place = cannot};
}

void write_text(const fs::path& directory, const std::string& name, const TextFile& file) {
  io::OutputFile out((directory / file.name).string(), words_for(name, file.name));
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

}  // namespace

bool holds_unfinished_restarts(const fs::path& directory) {
  std::error_code unreadable;
  return fs::exists(directory / kRestartsFile, unreadable) &&
         !fs::exists(directory / kRecordFile, unreadable);
}

std::vector<std::string> run_file_names() { return {kFiles.begin(), kFiles.end()}; }

io::OutputPath checked_run_path(const std::string& given, bool overwrite,
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

template <class T>
void write_run_files(const fs::path& directory, const std::string& name, MatrixView<const T> W,
                     MatrixView<const T> Ht, const nlohmann::ordered_json& record,
                     const std::vector<LossRecord>& history, const std::vector<TextFile>& further) {
  write_npy((directory / "W.npy").string(), W);
  write_npy_transposed((directory / "H.npy").string(), Ht);
  for (const TextFile& file : further) write_text(directory, name, file);
  write_text(directory, name, {kRecordFile, {}, [&](const TextFile::Take& take) {
                                 write_record(record, history, take);
                               }});
}

RunDirectory::RunDirectory(const std::string& path, bool overwrite, io::OutputGuard& guard,
                           const io::OutputNames& names)
    : directory_(checked_run_path(path, overwrite, names), guard) {}

template <class T>
void RunDirectory::write(MatrixView<const T> W, MatrixView<const T> Ht,
                         const nlohmann::ordered_json& record,
                         const std::vector<LossRecord>& history,
                         const std::vector<TextFile>& further) {
  directory_.make();
  write_run_files<T>(directory_.path().partial, name(), W, Ht, record, history, further);
  directory_.commit();
}

template void write_run_files(const fs::path&, const std::string&, MatrixView<const float>,
                              MatrixView<const float>, const nlohmann::ordered_json&,
                              const std::vector<LossRecord>&, const std::vector<TextFile>&);
template void write_run_files(const fs::path&, const std::string&, MatrixView<const double>,
                              MatrixView<const double>, const nlohmann::ordered_json&,
                              const std::vector<LossRecord>&, const std::vector<TextFile>&);
template void RunDirectory::write(MatrixView<const float>, MatrixView<const float>,
                                  const nlohmann::ordered_json&, const std::vector<LossRecord>&,
                                  const std::vector<TextFile>&);
template void RunDirectory::write(MatrixView<const double>, MatrixView<const double>,
                                  const nlohmann::ordered_json&, const std::vector<LossRecord>&,
                                  const std::vector<TextFile>&);

}  // namespace nonneg::records
