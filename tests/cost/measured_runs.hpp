// SPDX-License-Identifier: Apache-2.0
/// Every case of the kept table, run once for all tests.
#pragma once

#include <vector>

#include "support/device_ledger.hpp"
#include "support/run_ledger.hpp"

namespace nonneg::bench {

inline const std::vector<MeasuredRun>& measured_runs() {
  static const std::vector<MeasuredRun> kAll = [] {
    std::vector<MeasuredRun> measured;
    for (const RunCase& run : run_cost_cases()) measured.push_back(measure(run));
    return measured;
  }();
  return kAll;
}

}  // namespace nonneg::bench
