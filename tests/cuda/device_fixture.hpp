// SPDX-License-Identifier: Apache-2.0
/// For tests that need a CUDA device, real or emulated.
#pragma once

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/device.hpp"

namespace nonneg::test {

class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override { require_device(); }
};

inline Options options_for(BackendKind backend, Index rank) {
  Options options;
  options.rank = rank;
  options.backend = backend;
  options.tolerance = 0;
  return options;
}

}  // namespace nonneg::test
