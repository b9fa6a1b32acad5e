// SPDX-License-Identifier: Apache-2.0
// main() of the test programs. Ends with 77 where every test was skipped, as for want of a device,
// and fails where the filter matches none: neither passes for a test that ran.
#include <gtest/gtest.h>

#include <cstdio>

#include "support/device_leftovers.hpp"

int main(int argc, char** argv) {
  constexpr int kAllSkipped = 77;
  ::testing::InitGoogleTest(&argc, argv);
  // Its owner is the list.
  ::testing::UnitTest::GetInstance()->listeners().Append(new nonneg::test::DeviceLeftovers);
  const int status = RUN_ALL_TESTS();
  const ::testing::UnitTest& tests = *::testing::UnitTest::GetInstance();
  if (status != 0 || ::testing::GTEST_FLAG(list_tests)) return status;
  if (tests.test_to_run_count() == 0) {
    std::puts("no test matches the filter");
    return 1;
  }
  return tests.skipped_test_count() == tests.test_to_run_count() ? kAllSkipped : 0;
}
