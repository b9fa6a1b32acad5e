// SPDX-License-Identifier: Apache-2.0
/// What of a run is on disk, found from any of its directories.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "nonneg/snapshot_directory.hpp"

namespace nonneg::records {

/// Whether a run.json is wanted with its loss_history, which may be most of it.
enum class History { left_out, taken };

/// Returns the run.json in `directory`: null where there is none, discarded where it is no JSON.
/// Throws IoError where it is there and cannot be read.
nlohmann::ordered_json read_run_record(const std::string& directory,
                                       History history = History::left_out);

/// Returns the run.json of the run that the snapshots are of; null where there is none to be had.
nlohmann::ordered_json run_record_of(const SnapshotDirectoryReader& reader);

/// SnapshotDirectoryReader::holds_snapshots(), but throws IoError where a directory may not be
/// looked into, and is true of a directory in snapshots.jsonl's place, which the reader names.
bool has_snapshots(const std::string& directory);

/// Returns the directory of the snapshots that `given` has: itself, or where it is a run's, the one
/// that its run.json names. Nothing for a run without snapshots. What is neither comes back as it
/// is: whoever opens it says what is wrong with it. Throws IoError for a directory or a run.json
/// that cannot be read.
std::optional<std::string> find_snapshots(const std::string& given);

/// Opens A of the run that the snapshots are of: beside them, or where the run had it from. Throws
/// InvalidArgument where it is at hand no longer, with why; as MatrixFile::open does for what is
/// there and cannot be read.
MatrixFile open_data(const SnapshotDirectoryReader& reader);

}  // namespace nonneg::records
