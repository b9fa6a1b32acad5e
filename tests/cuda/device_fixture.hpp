/// For tests that need a CUDA device, real or emulated.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "nonneg/devices.hpp"
#include "support/cases.hpp"

namespace nonneg::test {

/// Skips where there is no device; fails instead where NONNEG_TEST_REQUIRE_GPU=1.
class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const DeviceList list = devices();
    if (!list.devices.empty()) return;
    const char* required = std::getenv("NONNEG_TEST_REQUIRE_GPU");
    if (required != nullptr && std::string_view(required) == "1") FAIL() << list.reason;
    GTEST_SKIP() << list.reason;
  }
};

inline Options options_for(BackendKind backend, Index rank) {
  Options options;
  options.rank = rank;
  options.backend = backend;
  options.tolerance = 0;
  return options;
}

}  // namespace nonneg::test
