// SPDX-License-Identifier: Apache-2.0
// What a sweep costs a CUDA device: counted by the emulated device's ledger, or, with --modelled,
// as times modelled from the same formulas and from data sheets.
//
//     tests/emulated_device/run.sh build/bench/device_cost
//     build/bench/device_cost --modelled
#include <cstdio>
#include <string_view>

#include "bench/modelled_times.hpp"
#include "nonneg/error.hpp"
#include "support/device_cost_table.hpp"
#include "support/run_ledger.hpp"

namespace nonneg::bench {

namespace {

template <class Measured, class Case>
std::vector<Measured> measure_all(const std::vector<Case>& cases) {
  std::vector<Measured> measured;
  measured.reserve(cases.size());
  for (const Case& one : cases) measured.push_back(measure(one));
  return measured;
}

std::string counted_tables() {
  return device_cost_table(measure_all<MeasuredSweep>(device_cost_cases())) + "\n" +
         run_cost_table(measure_all<MeasuredRun>(run_cost_cases()));
}

}  // namespace

}  // namespace nonneg::bench

int main(int argc, char** argv) {
  using namespace nonneg::bench;  // NOLINT(google-build-using-namespace)
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argc > 2 || (argc == 2 && argument != "--modelled")) {
    std::fprintf(stderr, "usage: device_cost [--modelled]\n");
    return 2;
  }
  try {
    if (argument == "--modelled") {
      for (const std::string& table : modelled_tables()) std::printf("%s\n", table.c_str());
    } else {
      std::fputs(counted_tables().c_str(), stdout);
    }
  } catch (const nonneg::Error& error) {
    std::fprintf(stderr, "device_cost: %s\n", error.what());
    return 1;
  }
  return 0;
}
