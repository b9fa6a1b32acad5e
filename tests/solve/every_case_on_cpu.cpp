// SPDX-License-Identifier: Apache-2.0
// Every case on the CPU.
#include "support/every_case.hpp"

namespace nonneg::test {

INSTANTIATE_TEST_SUITE_P(Cpu, EveryCase, ::testing::ValuesIn(served_cases(BackendKind::cpu)),
                         CaseName());
INSTANTIATE_TEST_SUITE_P(Cpu, EveryRule, ::testing::ValuesIn(rule_cases(BackendKind::cpu)),
                         CaseName());
INSTANTIATE_TEST_SUITE_P(Cpu, EveryRefusedCase,
                         ::testing::ValuesIn(refused_cases(BackendKind::cpu)), CaseName());

}  // namespace nonneg::test
