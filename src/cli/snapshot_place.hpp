/// Where the snapshots are that a user means.
#pragma once

#include <string>

namespace nonneg::cli {

/// `given` itself, or the directory that its run.json names where it is a run's. Throws IoError
/// where there are no snapshots in either.
std::string find_snapshots(const std::string& given);

}  // namespace nonneg::cli
