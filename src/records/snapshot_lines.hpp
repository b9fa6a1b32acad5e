// SPDX-License-Identifier: Apache-2.0
/// The lines of snapshots.jsonl, to and from JSON.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "nonneg/snapshot_directory.hpp"

namespace nonneg::records {

inline constexpr const char* kIndexName = "snapshots.jsonl";
inline constexpr const char* kDataName = "data.npy";

/// Returns the name of a factor's file: "W-00000008.npy".
std::string factor_name(char factor, Index iteration);

/// The run's line, and the files that names are in where the line does not have them itself.
struct RunLine {
  SnapshotRun run;
  std::string row_names_file;
  std::string column_names_file;
};

/// These return each line with its newline. Numbers that are not finite become null, and NaN when
/// read back.
std::string run_line(const SnapshotRun& run);
std::string check_line(const LossRecord& check);
std::string snapshot_line(const SnapshotEntry& entry);
std::string end_line(const SnapshotEnd& end);

/// A line that was read: std::monostate for a kind that this version does not know.
using Line = std::variant<std::monostate, RunLine, LossRecord, SnapshotEntry, SnapshotEnd>;

/// Reads a line, without its newline. Throws InvalidArgument with what is wrong with it.
Line parse_line(std::string_view line);

}  // namespace nonneg::records
