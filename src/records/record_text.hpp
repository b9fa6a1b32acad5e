// SPDX-License-Identifier: Apache-2.0
/// run.json as a text, piece by piece: the history of a long run takes hundreds of megabytes as
/// JSON, and a few as numbers.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "nonneg/result.hpp"

namespace nonneg::records {

inline constexpr const char* kHistoryKey = "loss_history";

/// Hands the text of `record`, an object, to `take` in pieces of some 64 KiB, each level indented
/// by two spaces and with a line end at its end. Its kHistoryKey, where it has one, is written as
/// `history`. What is not UTF-8 becomes U+FFFD.
void write_record(const nlohmann::ordered_json& record, const std::vector<LossRecord>& history,
                  const std::function<void(std::string_view)>& take);

}  // namespace nonneg::records
