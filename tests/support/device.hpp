// SPDX-License-Identifier: Apache-2.0
/// Whether there is a CUDA device, real or emulated.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "nonneg/devices.hpp"

namespace nonneg::test {

/// For SetUp(): skips where there is no device; fails instead where NONNEG_TEST_REQUIRE_GPU=1.
inline void require_device() {
  const DeviceList list = devices();
  if (!list.devices.empty()) return;
  const char* required = std::getenv("NONNEG_TEST_REQUIRE_GPU");
  if (required != nullptr && std::string_view(required) == "1") FAIL() << list.reason;
  GTEST_SKIP() << list.reason;
}

}  // namespace nonneg::test
