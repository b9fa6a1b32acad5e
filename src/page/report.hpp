// SPDX-License-Identifier: Apache-2.0
/// report.html: a finished run in one file that needs no network.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "nonneg/snapshot_directory.hpp"

namespace nonneg::page {

/// A report never takes more than about this; what does not fit is sampled, and the page says so.
inline constexpr std::size_t kMaxReportBytes = 20'000'000;

/// What a report of ours has among its first kMarkWithin bytes.
inline constexpr const char* kMark = R"(<meta name="generator" content="nonneg">)";
inline constexpr std::size_t kMarkWithin = 512;

/// Writes the report of a snapshot directory to `path`; it appears, or replaces an older one, when
/// it is complete. `run_json` is run.json, or null where there is none. Snapshots that cannot be
/// read are left out, with a note. `image_shape`: rows and columns of the picture that a row of A
/// is, in place of the run's own; 0 x 0 leaves that. Throws NotAvailable where nonneg was built
/// without Chart.js; InvalidArgument for a shape that is not a row's; IoError.
void write_report(const SnapshotDirectoryReader& reader, const nlohmann::ordered_json& run_json,
                  const std::string& path, std::pair<Index, Index> image_shape = {0, 0});

/// Returns a report of these page events (page_events.hpp). Throws NotAvailable as above.
std::string report_text(const std::vector<nlohmann::ordered_json>& events);

}  // namespace nonneg::page
