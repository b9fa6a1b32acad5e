// SPDX-License-Identifier: Apache-2.0
// Every case on a device.
#include "support/every_case.hpp"

namespace nonneg::test {

INSTANTIATE_TEST_SUITE_P(Device, EveryCase, ::testing::ValuesIn(served_cases(BackendKind::cuda)),
                         CaseName());
INSTANTIATE_TEST_SUITE_P(Device, EveryRule, ::testing::ValuesIn(rule_cases(BackendKind::cuda)),
                         CaseName());
INSTANTIATE_TEST_SUITE_P(Device, EveryRefusedCase,
                         ::testing::ValuesIn(refused_cases(BackendKind::cuda)), CaseName());

}  // namespace nonneg::test
