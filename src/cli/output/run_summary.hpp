// SPDX-License-Identifier: Apache-2.0
/// A run in a few lines, for a person.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {

/// Returns what a person wants to know of a run, from its record. `where` is empty for a run whose
/// factors are not kept.
std::string run_summary(const nlohmann::ordered_json& record, const std::string& where);

/// Returns the format, and of sparse data how many entries: "mtx, sparse, 12345 entries".
std::string storage_words(const MatrixFile& file);

}  // namespace nonneg::cli
