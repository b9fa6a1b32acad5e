// SPDX-License-Identifier: Apache-2.0
/// The ledger's figures as text: bench/device_cost.txt is what is kept of it.
#pragma once

#include <string>
#include <vector>

#include "support/device_ledger.hpp"

namespace nonneg::bench {

/// "hals, staged, 597 x 43, k = 10, panels of 200".
std::string describe(const SweepCase& sweep);
/// One field a line.
std::string describe(const SweepCounts& counts);

std::string device_cost_table(const std::vector<MeasuredSweep>& measured);

/// The lines in which two texts differ, each with a sign: - kept, + now. Empty where they agree.
std::string difference(const std::string& kept, const std::string& now);

}  // namespace nonneg::bench
