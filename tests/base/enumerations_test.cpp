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
using Tables =
    ::testing::Types<Enumeration<Algorithm>, Enumeration<Missing>, Enumeration<Init>,
                     Enumeration<Precision>, Enumeration<BackendKind>, Enumeration<StopReason>,
                     Enumeration<Subject>, Enumeration<Loss>, NamedLosses>;
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

TEST(EnumerationsTest, APublicNameIsReadAsItIsWritten) {
  EXPECT_EQ(to_algorithm("anls"), Algorithm::anls);
  EXPECT_EQ(to_missing("zeros"), Missing::zeros);
  EXPECT_EQ(to_init("custom"), Init::custom);
  EXPECT_EQ(to_precision("tf32"), Precision::tf32);
  EXPECT_EQ(to_backend("auto"), BackendKind::automatic);
  for (const Loss loss : {Loss::frobenius, Loss::kullback_leibler, Loss::itakura_saito}) {
    EXPECT_EQ(to_loss(to_string(loss)), loss);
    EXPECT_EQ(loss_name(beta_of(loss)), to_string(loss));
  }
  EXPECT_EQ(to_string(static_cast<Loss>(77)), "unknown");
}

TEST(EnumerationsTest, ATextThatIsNoNameIsRefusedWithTheNames) {
  const auto refused = [](const auto& read, Subject field, const std::string& message) {
    try {
      read("Foo");
      ADD_FAILURE() << "nothing was refused";
    } catch (const InvalidArgument& error) {
      EXPECT_EQ(error.subject(), field);
      EXPECT_EQ(error.what(), message);
    }
  };
  refused(to_algorithm, Subject::algorithm, "algorithm = Foo: must be one of auto, hals, mu, anls");
  refused(to_loss, Subject::loss, "loss = Foo: must be one of frobenius, kl, is");
  refused(to_missing, Subject::missing, "missing = Foo: must be one of none, nan, zeros");
  refused(to_init, Subject::init,
          "init = Foo: must be one of random, nndsvd, nndsvda, nndsvdar, custom");
  refused(to_precision, Subject::precision,
          "precision = Foo: must be one of auto, float32, float64, tf32");
  refused(to_backend, Subject::backend, "backend = Foo: must be one of auto, cpu, cuda");
}

}  // namespace
}  // namespace nonneg::test
