// SPDX-License-Identifier: Apache-2.0
// What the library says, in the words of the command; and warnings of what is legal and makes
// little sense.
#include "cli/output/flag_words.hpp"

#include <gtest/gtest.h>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

using cli::with_flags;

TEST(FlagWords, StandForTheLibrarysNames) {
  EXPECT_EQ(with_flags("max_iterations = -1: must be at least 0"),
            "--max-iterations -1: must be at least 0");
  EXPECT_EQ(with_flags("raise max_iterations or the tolerance"),
            "raise --max-iterations or the tolerance");
  EXPECT_EQ(with_flags("l1_w = 1, l2_w = 0 penalize one factor; (l1_h or l2_h)."),
            "--l1-w 1, --l2-w 0 penalize one factor; (--l1-h or --l2-h).");
  EXPECT_EQ(with_flags("use algorithm = mu for beta = 1.5"), "use --algorithm mu for --beta 1.5");
}

TEST(FlagWords, WordsLikeAnyOtherAndWhatIsQuotedStay) {
  for (const char* text : {"the rank of the device", "a.csv: cell \"rank = 2\" is not a number",
                           "panel_rows.csv: cannot open", "runs/l1_w/H.npy: is 2 x 3",
                           "--max-iterations 3", "seconds = 3", ""}) {
    EXPECT_EQ(with_flags(text), text);
  }
}

Outcome factorize(const Workplace& place, Words more) {
  Words words{"factorize", "A.csv", "--out", "run", "--overwrite"};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

TEST(FlagWords, AreInTheCommandsErrorsAndWarnings) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n7,8,10\n");
  EXPECT_EQ(factorize(place, {"--rank", "0"}).error, "nonneg: --rank 0: must be at least 1\n");
  const Outcome outcome = factorize(place, {"--rank", "1", "--l1-w", "2"});
  EXPECT_NE(outcome.error.find("warning: --l1-w 2, --l2-w 0 penalize one factor alone"),
            std::string::npos)
      << outcome.error;
}

TEST(Warnings, OfARankAboveBothSizes) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n");
  const Outcome outcome = factorize(place, {"--rank", "3"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.error.find("warning: --rank 3 is above min(m, n) = 2: "), std::string::npos)
      << outcome.error;
  EXPECT_EQ(factorize(place, {"--rank", "2", "--tolerance", "0"}).error.find("warning"),
            std::string::npos);
}

TEST(Warnings, OfDataOfZeros) {
  const Workplace place;
  place.file("A.csv", "0,0,0\n0,0,0\n");
  const Outcome outcome = factorize(place, {"--rank", "1"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.error.find("warning: every observed entry of A is 0"), std::string::npos)
      << outcome.error;
}

TEST(Warnings, OfRepeatedNames) {
  const Workplace place;
  place.file("A.csv", ",x,y,x\na,1,2,3\nb,4,5,6\na,7,8,10\nb,1,1,2\n");
  const Outcome outcome = factorize(place, {"--rank", "1", "--tolerance", "0"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.error.find("warning: 2 row names are there more than once: a, b\n"),
            std::string::npos)
      << outcome.error;
  EXPECT_NE(outcome.error.find("warning: 1 column name is there more than once: x\n"),
            std::string::npos)
      << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["warnings"].size(), 2U);
}

TEST(Aliases, OfTheRankAreUnderstood) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n7,8,10\n");
  for (const Words& rank : {Words{"-k", "2"}, Words{"--components", "2"},
                            Words{"--n_components", "2"}, Words{"--n-components=2"}}) {
    const Outcome outcome = factorize(place, rank);
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["rank"], 2);
  }
  EXPECT_NE(
      factorize(place, {"-k", "2", "--rank", "3"}).error.find("--rank was given more than once"),
      std::string::npos);
  EXPECT_EQ(run(place, {"plan", "A.csv", "-k", "2"}).status, 0);
}

TEST(NoIterations, EvaluateTheFactorsThatAreGiven) {
  const Workplace place;
  place.file("A.csv", "2,0\n0,3\n");
  place.file("W.csv", "1,0\n0,1\n");
  place.file("H.csv", "2,0\n0,1\n");
  for (const char* algorithm : {"hals", "mu"}) {
    const Outcome outcome =
        factorize(place, {"--rank", "2", "--init-w", "W.csv", "--init-h", "H.csv", "--algorithm",
                          algorithm, "--max-iterations", "0"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_NE(outcome.out.find("iterations      0, the first factors are evaluated as they are\n"),
              std::string::npos)
        << outcome.out;
    const auto record = read_json(place.at("run/run.json"));
    EXPECT_EQ(record["loss_history"].size(), 1U);
    EXPECT_EQ(record["loss_history"][0]["loss"], 2.0);
    EXPECT_TRUE(record["warnings"].empty());
  }
}

}  // namespace
}  // namespace nonneg::test
