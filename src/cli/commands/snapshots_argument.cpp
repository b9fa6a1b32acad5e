// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/snapshots_argument.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "nonneg/error.hpp"
#include "records/lookup.hpp"
#include "records/snapshot_lines.hpp"

namespace nonneg::cli {

std::string snapshots_of(const std::string& given) {
  const std::optional<std::string> found = records::find_snapshots(given);
  if (!found) {
    throw IoError(
        fmt::format("{}: is a run without snapshots; factorize with --snapshots DIR keeps them",
                    given),
        given);
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(*found, ignored)) {
    throw IoError(*found + ": is no directory; name one that --snapshots made", *found);
  }
  if (!records::has_snapshots(*found)) {
    throw IoError(fmt::format("{}: holds no {}; name a directory that --snapshots made", *found,
                              records::kIndexName),
                  *found);
  }
  return *found;
}

}  // namespace nonneg::cli
