// SPDX-License-Identifier: Apache-2.0
// The tables of enumerations: one name for each value, and the value of each name.
#include "base/enumerations.hpp"

#include <gmock/gmock.h>

#include <set>

namespace nonneg::test {
namespace {

using ::testing::ElementsAre;

template <class Table>
class EnumerationTest : public ::testing::Test {};
using Tables = ::testing::Types<Enumeration<Algorithm>, Enumeration<Missing>, Enumeration<Init>,
                                Enumeration<Precision>, Enumeration<BackendKind>,
                                Enumeration<StopReason>, Enumeration<Subject>, NamedLosses>;
TYPED_TEST_SUITE(EnumerationTest, Tables);

TYPED_TEST(EnumerationTest, EachValueHasOneNameAndEachNameItsValue) {
  std::set<std::string_view> names;
  for (const auto& line : TypeParam::kTable) {
    EXPECT_TRUE(names.insert(line.name).second) << line.name;
    EXPECT_EQ(value_named<TypeParam>(line.name), line.value) << line.name;
    EXPECT_EQ(line_of<TypeParam>(line.value), &line) << line.name;
  }
  EXPECT_EQ(value_named<TypeParam>("none of these"), std::nullopt);
  EXPECT_EQ(names_of<TypeParam>().size(), names.size());
}

TEST(EnumerationsTest, AutoIsListedFirst) {
  EXPECT_THAT(names_of<Enumeration<Algorithm>>(), ElementsAre("auto", "hals", "mu", "anls"));
  EXPECT_THAT(names_of<NamedLosses>(), ElementsAre("frobenius", "kl", "is"));
}

TEST(EnumerationsTest, WhatIsNoValueIsUnknown) {
  EXPECT_EQ(to_string(static_cast<Algorithm>(77)), "unknown");
  EXPECT_EQ(to_string(static_cast<Init>(77)), "unknown");
  EXPECT_EQ(to_string(static_cast<StopReason>(77)), "unknown");
}

TEST(EnumerationsTest, ABetaWithoutANameIsCalledBeta) {
  EXPECT_EQ(loss_name(kItakuraSaito), "is");
  EXPECT_EQ(loss_name(1.5), "beta");
}

}  // namespace
}  // namespace nonneg::test
