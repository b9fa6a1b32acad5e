// SPDX-License-Identifier: Apache-2.0
// Components held against another run's, and against tables of references.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

/// A is made of three references over four features; the table has another one, and a feature that
/// A does not have, and names its features in another order.
constexpr const char* kCounts =
    "sample,ACA,ACC,ACG,ACT\ns0,9,1,0,0\ns1,0,0,8,2\ns2,9,1,16,4\ns3,0,6,0,6\ns4,18,8,0,6\n"
    "s5,0,3,4,4\n";
constexpr const char* kTable =
    "Type\tSBS1\tSBS2\tSBS3\tSBS4\nACT\t0\t0.2\t0.5\t0.1\nACC\t0.1\t0\t0.5\t0.1\nTTT\t0\t0\t0\t0."
    "7\n"
    "ACA\t0.9\t0\t0\t0\nACG\t0\t0.8\t0\t0.1\n";

struct Match : testing::Test {
  Match() {
    place.file("A.csv", kCounts);
    place.file("table.tsv", kTable);
    factorize("run", {});
  }
  void factorize(const std::string& out, Words more) const {
    Words words{"factorize", "A.csv",       "--rank",  "3",           "--out",
                out,         "--overwrite", "--quiet", "--tolerance", "0"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(place, words);
    ASSERT_EQ(outcome.status, 0) << outcome.error;
  }
  Json match(Words words) const {
    words.insert(words.begin(), {"match", "run"});
    words.emplace_back("--json");
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    return Json::parse(outcome.out, nullptr, false);
  }
  std::string refusal(Words words, int status = 2) const {
    words.insert(words.begin(), "match");
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, status) << outcome.error;
    EXPECT_EQ(outcome.out, "");
    return outcome.error;
  }

  Workplace place;
};

TEST_F(Match, FindsReferencesByTheNamesOfTheirFeatures) {
  const Json found = match({"table.tsv"});
  std::vector<std::string> names;
  for (const Json& component : found["components"]) {
    names.push_back(component["reference"]);
    EXPECT_GT(component["cosine"], 0.999);
    EXPECT_EQ(component["nearest"], component["reference"]);
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("SBS1", "SBS2", "SBS3"));
  EXPECT_EQ(found["features_matched_by"], "name");
  EXPECT_THAT(found["features_left_out"], ElementsAre("TTT"));
  EXPECT_THAT(found["references_left_over"], ElementsAre("SBS4"));
  EXPECT_EQ(found["pairs"], 3);
}

TEST_F(Match, TakesATableLyingEitherWay) {
  place.file("lying.csv",
             ",ACT,ACC,ACA,ACG\nSBS1,0,0.1,0.9,0\nSBS2,0.2,0,0,0.8\nSBS3,0.5,0.5,0,0\n");
  EXPECT_GT(match({"lying.csv"})["mean_cosine"], 0.999);
  // Without names of features it is their number that tells, and where that does not, it is asked
  // for.
  place.file("three.csv", "0.9,0.1,0,0\n0,0,0.8,0.2\n0,0.5,0,0.5\n");
  EXPECT_GT(match({"three.csv"})["mean_cosine"], 0.999);
  place.file("four.csv", "0.9,0.1,0,0\n0,0,0.8,0.2\n0,0.5,0,0.5\n1,1,1,1\n");
  EXPECT_THAT(refusal({"run", "four.csv"}), HasSubstr("--references rows"));
  EXPECT_GT(match({"four.csv", "--references", "rows"})["mean_cosine"], 0.999);
  EXPECT_LT(match({"four.csv", "--references", "columns"})["mean_cosine"], 0.999);
}

TEST_F(Match, PairsTheComponentsOfTwoRuns) {
  factorize("scaled", {"--order", "explained", "--normalize", "h-max"});
  const Json found = match({"scaled"});
  EXPECT_NEAR(found["mean_cosine"], 1, 1e-6);
  const Json places = read_json(place.at("scaled/run.json"))["components"]["places"];
  for (std::size_t q = 0; q < 3; ++q) {
    EXPECT_EQ(found["components"][places[q].get<std::size_t>()]["reference"],
              "component_" + std::to_string(q + 1));
  }
  // And a run's own table of H.
  factorize("tables", {"--tables"});
  EXPECT_NEAR(match({"tables/H.tsv"})["mean_cosine"], 1, 1e-6);
}

TEST_F(Match, WritesComponentsAsSumsOfReferences) {
  place.file("two.csv", "Type,SBS1,half,rest\nACA,0.9,0,0\nACC,0.1,0,1\nACG,0,1,0\nACT,0,0,1\n");
  const Json found = match({"two.csv", "--decompose", "--out", "found.json"});
  EXPECT_EQ(read_json(place.at("found.json"))["components"], found["components"]);
  for (const Json& component : found["components"]) {
    EXPECT_GT(component["sum_cosine"], component["nearest_cosine"].get<double>() - 0.01);
    double share = 0;
    for (const Json& part : component["sum"]) share += part["share"].get<double>();
    EXPECT_NEAR(share, 1, 1e-9);
    // 0.8 half + 0.1 rest.
    EXPECT_EQ(component["sum"].size(), component["nearest"] == "half" ? 2U : 1U) << component;
  }
  const Outcome outcome =
      run(place, {"match", "run", "two.csv", "--decompose", "--out", "found.tsv"});
  EXPECT_THAT(outcome.out, HasSubstr(" % (cosine "));
  EXPECT_THAT(outcome.out, HasSubstr("written to      found.tsv\n"));
  const std::string table = read_text(place.at("found.tsv"));
  EXPECT_TRUE(
      table.starts_with("component\treference\tcosine\tnearest\tnearest_cosine\tsum\tsum_cosine\n"
                        "component_1\t"))
      << table;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
}

TEST_F(Match, RefusesWhatCannotBeHeldAgainstTheRun) {
  place.file("lacks.tsv", "Type\tSBS1\tSBS2\nACT\t1\t0\nACC\t0\t1\n");
  EXPECT_THAT(refusal({"run", "lacks.tsv"}), HasSubstr("lacks 2 of the 4 features"));
  EXPECT_THAT(refusal({"run", "lacks.tsv"}), HasSubstr("ACA"));
  place.file("twice.tsv", "Type\tS\nACA\t1\nACC\t1\nACC\t1\nACG\t1\nACT\t1\n");
  EXPECT_THAT(refusal({"run", "twice.tsv"}),
              HasSubstr("feature name is there more than once: ACC"));
  place.file("negative.tsv", "Type\tS\nACA\t1\nACC\t-1\nACG\t1\nACT\t1\n");
  EXPECT_THAT(refusal({"run", "negative.tsv"}),
              HasSubstr("entry (1, 0) is -1: every entry of a table of references must be"));
  place.file("wide.csv", "1,2,3,4,5\n");
  EXPECT_THAT(refusal({"run", "wide.csv"}), HasSubstr("is 1 x 5, and the run"));
  EXPECT_THAT(refusal({"run", "wide.csv", "--references", "rows"}), HasSubstr("has 5 features"));
  EXPECT_THAT(refusal({"run", "run", "--references", "rows"}), HasSubstr("leave --references out"));
  EXPECT_THAT(refusal({"run", "table.tsv", "--out", "found.npy"}), HasSubstr(".tsv or .json"));
  EXPECT_THAT(refusal({"run", "table.tsv", "--out", "table.tsv"}), HasSubstr("exists already"));
  EXPECT_THAT(refusal({"run", "table.tsv", "--out", "table.tsv", "--overwrite"}),
              HasSubstr("which is read"));
  EXPECT_THAT(refusal({"run", "table.tsv", "--overwrite"}), HasSubstr("--out"));
  EXPECT_THAT(refusal({"A.csv", "table.tsv"}, 6), HasSubstr("is no directory"));
  EXPECT_THAT(refusal({"run", "none.tsv"}, 6), HasSubstr("none.tsv"));
  EXPECT_THAT(refusal({"run"}), HasSubstr("REFERENCES"));
}

TEST_F(Match, TakesFeaturesAsTheyStandWhereThatIsAskedFor) {
  place.file("others.csv", "Type,a,b\nw,0.9,0\nx,0.1,0\ny,0,0.8\nz,0,0.2\n");
  EXPECT_THAT(refusal({"run", "others.csv"}), HasSubstr("--by-position"));
  const Json found = match({"others.csv", "--by-position"});
  EXPECT_EQ(found["features_matched_by"], "position");
  EXPECT_GT(found["mean_cosine"], 0.999);
  EXPECT_EQ(found["pairs"], 2);
}

TEST_F(Match, OfOneDeadComponentIsNothing) {
  place.file("zeros.csv", "a,b\n0,0\n0,0\n");
  ASSERT_EQ(run(place, {"factorize", "zeros.csv", "--rank", "1", "--out", "dead"}).status, 0);
  place.file("one.csv", "a,b\n1,2\n");
  const Outcome outcome = run(place, {"match", "dead", "one.csv", "--decompose"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.out, HasSubstr("nothing"));
  EXPECT_THAT(outcome.out, HasSubstr("0 of 1 components"));
}

}  // namespace
}  // namespace nonneg::test
