/// Where the snapshots are that a user means.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nonneg/snapshot_directory.hpp"

namespace nonneg::cli {

/// `given` itself, or the directory that its run.json names where it is a run's. Throws IoError
/// where there are no snapshots in either.
std::string find_snapshots(const std::string& given);

/// run.json of the run that the snapshots are of; null where there is none.
nlohmann::ordered_json run_record_of(const SnapshotDirectoryReader& reader);

}  // namespace nonneg::cli
