// SPDX-License-Identifier: Apache-2.0
/// The snapshots that a user means.
#pragma once

#include <string>

namespace nonneg::cli {

/// Returns the directory of the snapshots that DIR has: itself, or where it is a run's, the one
/// that the run kept. Throws IoError where there are none, with the option that keeps them.
std::string snapshots_of(const std::string& given);

}  // namespace nonneg::cli
