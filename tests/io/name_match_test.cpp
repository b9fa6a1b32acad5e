// SPDX-License-Identifier: Apache-2.0
// Columns of two matrices, brought together by their names.
#include "io/name_match.hpp"

#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

using Names = std::vector<std::string>;
using Indices = std::vector<Index>;

NameMatch match(const Names& wanted, const Names& given) {
  return match_names({wanted, "the model"}, {given, "new.csv"}, "do something");
}

std::string refusal(const Names& wanted, const Names& given) {
  return test::words_of<InvalidArgument>([&] { match(wanted, given); });
}

TEST(NameMatch, AnotherOrderIsFound) {
  const NameMatch found = match({"a", "b", "c"}, {"c", "a", "b"});
  EXPECT_EQ(found.columns, (Indices{0, 1, 2}));
  EXPECT_EQ(found.places, (Indices{2, 0, 1}));
  EXPECT_TRUE(found.left_out.empty());
  EXPECT_FALSE(found.in_order());
  EXPECT_TRUE(match({"a", "b"}, {"a", "b"}).in_order());
}

TEST(NameMatch, OthersAreLeftOut) {
  const NameMatch found = match({"a", "b"}, {"x", "b", "x", "a"});
  EXPECT_EQ(found.columns, (Indices{1, 3}));
  EXPECT_EQ(found.places, (Indices{1, 0}));
  EXPECT_EQ(found.left_out, (Names{"x", "x"}));
}

TEST(NameMatch, MissingNamesAreCountedAndSomeAreSaid) {
  EXPECT_EQ(refusal({"a", "b", "c"}, {"b", "x"}),
            "new.csv: lacks 2 of the 3 columns of the model: a, c; do something");
  const std::string many = refusal({"a", "b", "c", "d", "e", "f", "g"}, {"x"});
  EXPECT_NE(many.find("lacks 7 of the 7 columns of the model: a, b, c, d, e and 2 more;"),
            std::string::npos)
      << many;
}

TEST(NameMatch, RepeatedNamesAreRefusedWhereTheyMatter) {
  EXPECT_NE(refusal({"a", "b"}, {"a", "b", "b"}).find("new.csv: 1 column name"), std::string::npos);
  EXPECT_NE(refusal({"a", "a", "b"}, {"a", "b"}).find("the model: 1 column name"),
            std::string::npos);
  // Equal lists agree name by name.
  EXPECT_EQ(match({"a", "a"}, {"a", "a"}).places, (Indices{0, 1}));
}

TEST(NameMatch, TheFirstNameThatStandsElsewhereIsFound) {
  EXPECT_EQ(first_displaced({"a", "c", "b"}, {"a", "b", "c"}), 1);
  EXPECT_EQ(first_displaced({"a", "x", "c"}, {"a", "b", "c"}), std::nullopt);
  EXPECT_EQ(first_displaced({"a", "b", "a"}, {"a", "b", "a"}), std::nullopt);
  EXPECT_EQ(first_displaced({}, {"a"}), std::nullopt);
}

TEST(NameMatch, RepeatedNamesAreListedOnce) {
  EXPECT_EQ(repeated_names({"b", "a", "a", "b", "a", "c"}), (Names{"a", "b"}));
}

}  // namespace
}  // namespace nonneg::io
