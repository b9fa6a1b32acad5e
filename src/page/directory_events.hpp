// SPDX-License-Identifier: Apache-2.0
/// The page's events of a snapshot directory.
#pragma once

#include "nonneg/snapshot_directory.hpp"
#include "page/page_events.hpp"

namespace nonneg::page {

/// Returns rows of A, read beside the snapshots or where the run had it from; none, with a note,
/// where it cannot be read.
Observed observed_of(const SnapshotDirectoryReader& reader, const std::vector<Index>& rows,
                     std::vector<std::string>& notes);

/// Returns the event of reader.snapshots()[i]. Throws as the reader does, and InvalidArgument
/// naming an entry that no factor has.
nlohmann::ordered_json snapshot_event(const SnapshotDirectoryReader& reader, std::size_t i,
                                      const PageEvents& events);

nlohmann::ordered_json end_event(const SnapshotEnd& end, const nlohmann::ordered_json& files);

/// Returns where the run's results are, by what they are: of a run directory and of the snapshots,
/// of which either may be empty.
nlohmann::ordered_json files_of(const std::string& output, const std::string& snapshots);

}  // namespace nonneg::page
