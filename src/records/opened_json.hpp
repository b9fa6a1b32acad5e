// SPDX-License-Identifier: Apache-2.0
/// How a file was opened, as snapshots.jsonl keeps it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nonneg/open_options.hpp"

namespace nonneg::records {

/// Returns the fields that say which matrix comes out of the file: names of rows are none of them.
nlohmann::ordered_json to_json(const OpenOptions& opened);

/// Reads it back; a field that is missing is as OpenOptions has it. Throws InvalidArgument, with
/// the field's name, for what to_json does not write.
OpenOptions read_opened(const nlohmann::ordered_json& opened);

}  // namespace nonneg::records
