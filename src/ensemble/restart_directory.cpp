// SPDX-License-Identifier: Apache-2.0
#include "ensemble/restart_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error_words.hpp"
#include "ensemble/data_checksum.hpp"
#include "io/mapped_file.hpp"
#include "io/output_directory.hpp"
#include "io/output_file.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"
#include "records/factor_tables.hpp"
#include "records/run_record.hpp"

namespace nonneg::ensemble {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const io::OutputPath& path, std::string_view what, int error) {
  throw IoError(fmt::format("{}: {}: {}", path.given, what, error_words(error)), path.given);
}

/// The first entry of a directory that no unfinished description is; empty where there is none.
std::string first_entry(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::string name = entry.path().filename().string();
    if (!io::is_unfinished(name, records::kRestartsFile)) return name;
  }
  return {};
}

io::OutputPath path_to_join(const std::string& given, const io::OutputNames& names) {
  io::OutputPath path = io::resolve_output(given, names);
  if (!path.exists) return path;
  const auto refuse = [&](const std::string& why) {
    throw InvalidArgument(Subject::output, fmt::format("{} {}: {}", names.place, given, why));
  };
  try {
    if (!fs::is_directory(path.target)) refuse("is a file; name a directory");
    if (fs::exists(path.target / records::kRestartsFile)) return path;
    const std::string entry = first_entry(path.target);
    if (!entry.empty()) {
      refuse(
          fmt::format("holds {} and no {}, so there are no restarts to go on with; name another "
                      "directory",
                      entry, records::kRestartsFile));
    }
  } catch (const fs::filesystem_error& e) {
    fail(path, "cannot be read", e.code().value());
  }
  return path;
}

io::OutputPath looked_at(const std::string& given, Access access, const io::OutputNames& names) {
  if (access == Access::join) return path_to_join(given, names);
  io::OutputNames own = names;
  std::error_code unreadable;
  if (fs::exists(fs::path(given) / records::kRestartsFile, unreadable)) {
    own.set_overwrite += fmt::format(", or {} to go on with the runs that are there", kResume);
  }
  return records::checked_run_path(given, access == Access::overwrite, own);
}

/// A value as the command line has it.
std::string words_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "unset" : value.dump();
}

/// Adds "NAME = X there and Y here" for each member that differs.
void add_differences(const Json& there, const Json& here, std::string& out) {
  for (const auto& [name, value] : here.items()) {
    const Json other = there.is_object() && there.contains(name) ? there.at(name) : Json(nullptr);
    if (other == value) continue;
    out += fmt::format("{}{} = {} there and {} here", out.empty() ? "" : ", ", name,
                       words_of(other), words_of(value));
  }
}

std::string hexadecimal(std::uint64_t sum) { return fmt::format("{:016x}", sum); }

std::string checksum_of(const Json& description) {
  const std::string text = description.dump();
  const auto* const letters = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<Index>(text.size());
  return hexadecimal(data_checksum(DataView(MatrixView<const std::uint8_t>(letters, 1, length))));
}

}  // namespace

Json describe_runs(const DataView& A, const Options& options) {
  Json data = {
      {"rows", A.rows()},
      {"columns", A.cols()},
      {"element_type", element_name(A.type())},
      {"sparse", A.sparse()},
      {"entries", A.sparse() ? Json(A.stored().entries()) : Json(nullptr)},
      {"checksum", hexadecimal(data_checksum(A))},
      {"weights",
       A.weights() == nullptr ? Json(nullptr) : Json(hexadecimal(data_checksum(*A.weights())))}};
  Json asked = records::to_json(options, {}, {});
  for (const char* const free : {"threads", "device", "init_w", "init_h"}) asked.erase(free);
  return {{"data", std::move(data)}, {"options", std::move(asked)}};
}

RestartDirectory::RestartDirectory(const std::string& path, Access access, io::OutputGuard& guard,
                                   const io::OutputNames& names)
    : path_(looked_at(path, access, names)), access_(access), guard_(guard) {}

void RestartDirectory::begin(const Json& description) {
  description_ = description;
  job_ = checksum_of(description);
  if (access_ == Access::join) made_ = require_same();
}

/// Whether there are runs. Throws where they are others.
bool RestartDirectory::require_same() const {
  const fs::path file = path_.target / records::kRestartsFile;
  if (!fs::exists(file)) return false;
  const io::MappedFile text(file.string());
  const Json there = Json::parse(text.bytes(), nullptr, false);
  if (!there.is_object() || !there.contains("data") || !there.contains("options")) {
    throw InvalidArgument(
        Subject::file, fmt::format("{}: {} is no description of restarts; name another directory",
                                   path_.given, records::kRestartsFile));
  }
  std::string differences;
  add_differences(there.at("data"), description_.at("data"), differences);
  add_differences(there.at("options"), description_.at("options"), differences);
  if (differences.empty()) return true;
  throw InvalidArgument(
      Subject::output,
      fmt::format("{} {}: its restarts are others: {}; name another directory, or ask "
                  "for what they were begun with",
                  path_.names.place, path_.given, differences));
}

/// Of a directory that was made: whether it is these runs' still.
void RestartDirectory::require_own() const {
  if (require_same()) return;
  throw IoError(fmt::format("{}: another program has removed its {} while runs were made; name "
                            "another directory, or begin again",
                            path_.given, records::kRestartsFile),
                path_.given);
}

/// The first process to come makes the directory and its description; others look at theirs.
void RestartDirectory::make() {
  if (made_) return;
  Json whole = {{"nonneg_version", version()}};
  whole.update(description_);
  const std::string text = whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (access_ == Access::overwrite && path_.exists) {
    // The older directory goes in the step in which this one comes.
    io::OutputDirectory directory(path_, guard_);
    directory.make();
    io::write_file((directory.path().partial / records::kRestartsFile).string(), text);
    directory.commit();
    made_ = true;
    return;
  }
  if (::mkdir(path_.target.c_str(), 0777) != 0) {
    if (errno != EEXIST) fail(path_, "cannot be made", errno);
    if (access_ != Access::join) {
      throw IoError(fmt::format("{}: was made by another program in the meantime; add {} to share "
                                "it",
                                path_.given, kResume),
                    path_.given);
    }
  }
  const fs::path target = path_.target / records::kRestartsFile;
  const fs::path hidden = io::unfinished_path(target);
  io::write_file(hidden.string(), text);
  const int error = io::rename_into_place(hidden, target, false);
  if (error != 0) {
    fs::remove(hidden);
    if (error != EEXIST) fail(path_, "cannot be written", error);
    require_same();
  }
  io::flush_directory(path_.target);
  made_ = true;
}

std::vector<std::optional<ReplicateRecord>> RestartDirectory::done(Index count, std::uint64_t seed,
                                                                   Index rank, Index cols,
                                                                   bool with_w) const {
  std::vector<std::optional<ReplicateRecord>> records(static_cast<std::size_t>(count));
  if (!made_) return records;
  for (Index replicate = 0; replicate < count; ++replicate) {
    records[static_cast<std::size_t>(replicate)] =
        read_replicate(path_.target / replicate_path(rank, replicate),
                       key_of(seed + static_cast<std::uint64_t>(replicate)), rank, cols, with_w);
  }
  return records;
}

template <class T>
void RestartDirectory::write(Index replicate, const Result<T>& result, std::uint64_t seed,
                             bool keep_w) {
  make();
  require_own();
  const fs::path path = path_.target / replicate_path(result.W.cols(), replicate);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) fail(path_, "cannot hold runs", error.value());
  write_replicate<T>(path, result, key_of(seed), keep_w);
}

template <class T>
void RestartDirectory::write_best(const Result<T>& result, const Json& record,
                                  const std::vector<records::TextFile>& further) {
  require_own();
  io::remove_abandoned(path_.target, records::run_file_names());
  // Tables of an older best would be of other factors.
  for (const char* const older :
       {records::kRecordFile, records::kWTableFile, records::kHTableFile, records::kTopTableFile}) {
    std::error_code error;
    fs::remove(path_.target / older, error);
    if (error) fail(path_, fmt::format("its {} cannot be replaced", older), error.value());
  }
  records::write_run_files<T>(path_.target, path_.given, result.W.view(), result.Ht.view(), record,
                              result.loss_history, further);
}

template void RestartDirectory::write(Index, const Result<float>&, std::uint64_t, bool);
template void RestartDirectory::write(Index, const Result<double>&, std::uint64_t, bool);
template void RestartDirectory::write_best(const Result<float>&, const Json&,
                                           const std::vector<records::TextFile>&);
template void RestartDirectory::write_best(const Result<double>&, const Json&,
                                           const std::vector<records::TextFile>&);

}  // namespace nonneg::ensemble
