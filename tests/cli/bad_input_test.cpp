// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

/// One way to call the command wrongly: the words it must say, and with which status.
struct BadCall {
  std::string name;
  std::string file;
  std::string content;
  Words options;
  int status;
  Words said;
};

std::string matrix(const std::vector<float>& entries) { return npy("<f4", 2, 3, entries); }

const float kNan = std::numeric_limits<float>::quiet_NaN();
const float kInfinity = std::numeric_limits<float>::infinity();
const std::string kGood = matrix({1, 2, 3, 4, 5, 6});

std::vector<BadCall> bad_calls() {
  const Words rank{"--rank", "2"};
  return {
      {"NegativeEntry",
       "A.npy",
       matrix({1, 2, 3, 4, 5, -0.25F}),
       rank,
       2,
       {"A.npy", "(1, 2)", "-0.25", ">= 0"}},
      {"NegativeEntryInText", "A.csv", "1,2\n3,-4\n", rank, 2, {"A.csv", "(1, 1)", "-4"}},
      {"NanEntry", "A.npy", matrix({1, kNan, 3, 4, 5, 6}), rank, 2, {"A.npy", "(0, 1)", "NaN"}},
      {"InfiniteEntry",
       "A.npy",
       matrix({1, 2, 3, kInfinity, 5, 6}),
       rank,
       2,
       {"A.npy", "(1, 0) of A is infinite"}},
      {"NoRows", "A.npy", npy<float>("<f4", 0, 3, {}), rank, 2, {"A.npy", "0 x 3"}},
      {"NoColumns", "A.npy", npy<float>("<f4", 3, 0, {}), rank, 2, {"A.npy", "3 x 0"}},
      {"EmptyFile", "A.npy", "", rank, 2, {"A.npy", "empty"}},
      {"EmptyText", "A.csv", "", rank, 2, {"A.csv", "empty"}},
      {"RankZero", "A.npy", kGood, {"--rank", "0"}, 2, {"--rank 0: must be at least 1"}},
      {"RankNegative", "A.npy", kGood, {"--rank", "-3"}, 2, {"--rank -3: must be at least 1"}},
      {"RankMissing", "A.npy", kGood, {}, 2, {"rank"}},
      {"RankNoNumber", "A.npy", kGood, {"--rank", "many"}, 2, {"--rank many", "whole number"}},
      {"RankFraction", "A.npy", kGood, {"--rank", "2.5"}, 2, {"--rank 2.5", "whole number"}},
      {"RankHuge", "A.npy", kGood, {"--rank", "99999999999999999999"}, 2, {"--rank 9999"}},
      {"RankWithoutValue", "A.npy", kGood, {"--rank"}, 2, {"--rank", "value"}},
      {"FileCutShort", "A.npy", kGood.substr(0, kGood.size() - 4), rank, 2, {"A.npy", "cut short"}},
      {"HeaderPromisesMore",
       "A.npy",
       npy_bytes("<f8", 200000, 64000, ""),
       rank,
       2,
       {"A.npy", "200000 x 64000", "cut short"}},
      {"NoNumber", "A.csv", "1,2\n3,many\n", rank, 2, {"A.csv", "line 2", "column 2", "many"}},
      {"UnequalRows", "A.csv", "1,2\n3,4,5\n", rank, 2, {"A.csv", "line 2", "3 cells"}},
      {"Complex",
       "A.npy",
       npy_bytes("<c16", 2, 3, std::string(96, '\0')),
       rank,
       2,
       {"A.npy", "complex"}},
      {"Object",
       "A.npy",
       npy_bytes("|O", 2, 3, std::string(48, '\0')),
       rank,
       2,
       {"A.npy", "object"}},
      {"UnknownFormat", "A.txt", "1 2", rank, 2, {"A.txt", ".npy", ".csv"}},
      {"UnknownOption",
       "A.npy",
       kGood,
       {"--ranks", "2"},
       2,
       {"unknown option --ranks", "did you mean --rank?"}},
      {"UnknownOptionWithEquals",
       "A.npy",
       kGood,
       {"--sede=2"},
       2,
       {"unknown option --sede", "did you mean --seed?"}},
      {"UnknownValue",
       "A.npy",
       kGood,
       {"--rank", "2", "--algorithm", "hasl"},
       2,
       {"--algorithm hasl", "hals, mu", "did you mean hals?"}},
      {"UnknownLoss",
       "A.npy",
       kGood,
       {"--rank", "2", "--loss", "frobenious"},
       2,
       {"--loss frobenious", "did you mean frobenius?"}},
      {"SecondInput", "A.npy", kGood, {"B.npy", "--rank", "2"}, 2, {"B.npy"}},
      {"OptionTwice", "A.npy", kGood, {"--rank", "2", "--rank", "3"}, 2, {"--rank", "once"}},
      {"ToleranceNan",
       "A.npy",
       kGood,
       {"--rank", "2", "--tolerance", "nan"},
       2,
       {"--tolerance nan", "finite"}},
      {"ToleranceNegative",
       "A.npy",
       kGood,
       {"--rank", "2", "--tolerance", "-1"},
       2,
       {"--tolerance -1"}},
      {"SeedNegative", "A.npy", kGood, {"--rank", "2", "--seed", "-1"}, 2, {"--seed -1"}},
      {"ThreadsNegative", "A.npy", kGood, {"--rank", "2", "--threads", "-1"}, 2, {"--threads -1"}},
      {"InitHalf",
       "A.npy",
       kGood,
       {"--rank", "2", "--init-w", "A.npy"},
       2,
       {"--init-w A.npy", "2 x 3", "2 x 2"}},
      {"InitOtherHalf",
       "A.npy",
       kGood,
       {"--rank", "1", "--init-h", "A.npy"},
       2,
       {"--init-h A.npy", "2 x 3", "1 x 3"}},
      {"InitNndsvdWithFiles",
       "A.npy",
       kGood,
       {"--rank", "2", "--init", "nndsvd", "--init-h", "A.npy"},
       2,
       {"--init nndsvd", "custom"}},
      {"InitNndsvdOfTooManyComponents",
       "A.npy",
       kGood,
       {"--rank", "3", "--init", "nndsvda"},
       2,
       {"--init nndsvda", "2 x 3", "--rank 3", "--init random"}},
      {"InitNndsvdOfMissingEntries",
       "A.npy",
       kGood,
       {"--rank", "2", "--init", "nndsvdar", "--missing", "nan"},
       2,
       {"--init nndsvdar", "--missing nan", "--init random"}},
      {"InitWithoutFiles",
       "A.npy",
       kGood,
       {"--rank", "2", "--init", "custom"},
       2,
       {"--init-w", "--init-h"}},
      {"InitRandomWithFiles",
       "A.npy",
       kGood,
       {"--rank", "2", "--init", "random", "--init-w", "A.npy", "--init-h", "A.npy"},
       2,
       {"--init random", "custom"}},
      {"InitShape",
       "A.npy",
       kGood,
       {"--rank", "2", "--init-w", "A.npy", "--init-h", "A.npy"},
       2,
       {"--init-w", "2 x 3", "2 x 2"}},
      {"NoSuchBackend", "A.npy", kGood, {"--rank", "2", "--backend", "cuda"}, 3, {"cuda"}},
  };
}

class BadInput : public testing::TestWithParam<BadCall> {};

TEST_P(BadInput, IsNamedWithItsValueAndLeavesNothingBehind) {
  const BadCall& call = GetParam();
  const Workplace place;
  place.file(call.file, call.content);
  Words words{"factorize", call.file, "--out", "run"};
  words.insert(words.end(), call.options.begin(), call.options.end());
  const Outcome outcome = run(place, words);
  EXPECT_EQ(outcome.status, call.status);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.error.starts_with("nonneg: ")) << outcome.error;
  EXPECT_EQ(outcome.error.find('\n'), outcome.error.size() - 1) << outcome.error;
  for (const std::string& word : call.said) {
    EXPECT_NE(outcome.error.find(word), std::string::npos)
        << "'" << word << "' is not in: " << outcome.error;
  }
  EXPECT_EQ(place.entries(), std::vector<std::string>{call.file});
}

INSTANTIATE_TEST_SUITE_P(Command, BadInput, testing::ValuesIn(bad_calls()),
                         [](const auto& call) { return call.param.name; });

TEST(BadInput, AMissingFileIsAnIoError) {
  const Workplace place;
  const Outcome outcome = run(place, {"factorize", "none.npy", "--rank", "2", "--out", "run"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("none.npy"), std::string::npos) << outcome.error;
  EXPECT_TRUE(place.entries().empty());
}

TEST(BadInput, AnUnknownCommandIsAnsweredWithTheNearest) {
  const Outcome outcome = run(Workplace(), {"factorise", "A.npy"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.error, "nonneg: unknown command factorise; did you mean factorize?\n");
}

TEST(BadInput, AnUnknownCommandIsNamedBeforeItsOptions) {
  const Outcome outcome = run(Workplace(), {"factorise", "A.npy", "--rank", "3"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.error, "nonneg: unknown command factorise; did you mean factorize?\n");
}

TEST(BadInput, ARankThatIsNotGivenIsMissing) {
  const Workplace place;
  place.file("A.npy", kGood);
  const Outcome factorize = run(place, {"factorize", "A.npy", "--out", "run"});
  EXPECT_EQ(factorize.status, 2);
  EXPECT_NE(factorize.error.find("factorize: --rank is missing"), std::string::npos)
      << factorize.error;
  const Outcome plan = run(place, {"plan", "A.npy"});
  EXPECT_EQ(plan.status, 2);
  EXPECT_NE(plan.error.find("plan: --rank is missing"), std::string::npos) << plan.error;
}

TEST(BadInput, NoCommandAtAllIsBadUsage) {
  const Outcome outcome = run(Workplace(), {});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("--help"), std::string::npos);
}

TEST(BadInput, AnUnknownDemoIsAnsweredWithTheNearest) {
  const Outcome outcome = run(Workplace(), {"demo", "swimer"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("did you mean swimmer?"), std::string::npos) << outcome.error;
}

TEST(BadInput, AFileNamedLikeACommandIsAFile) {
  const Outcome outcome = run(Workplace(), {"factorize", "plan", "--rank", "2", "--out", "run"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("plan: "), std::string::npos) << outcome.error;
}

TEST(BadInput, TransformNeedsTheModelsColumns) {
  const Workplace place;
  place.file("A.npy", random_npy(6, 5));
  place.file("B.npy", random_npy(6, 4));
  ASSERT_EQ(run(place, {"factorize", "A.npy", "--rank", "2", "--out", "model"}).status, 0);
  const Outcome outcome = run(place, {"transform", "B.npy", "--model", "model", "--out", "W.npy"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("4 columns"), std::string::npos) << outcome.error;
  EXPECT_EQ(place.entries(), (Words{"A.npy", "B.npy", "model"}));
}

TEST(BadInput, TransformRefusesADamagedRecord) {
  const Workplace place;
  place.file("A.npy", random_npy(6, 5));
  ASSERT_EQ(run(place, {"factorize", "A.npy", "--rank", "2", "--out", "model"}).status, 0);
  for (const char* text : {"{", "[]", "{\"options\": 3}", ""}) {
    place.file("model/run.json", text);
    const Outcome outcome =
        run(place, {"transform", "A.npy", "--model", "model", "--out", "W.npy"});
    EXPECT_EQ(outcome.status, 2) << outcome.error;
    EXPECT_NE(outcome.error.find("run.json"), std::string::npos) << outcome.error;
  }
}

TEST(BadInput, ZerosInAStartUnderMuAreAllowedButSaid) {
  const Workplace place;
  place.file("A.npy", random_npy(3, 3));
  place.file("W.npy", npy<float>("<f4", 3, 1, {1, 0, 1}));
  place.file("H.npy", npy<float>("<f4", 1, 3, {1, 1, 1}));
  const Outcome outcome = run(place, {"factorize", "A.npy", "--rank", "1", "--algorithm", "mu",
                                      "--init-w", "W.npy", "--init-h", "H.npy", "--out", "run"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("cannot leave zero"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["warnings"].size(), 1U);
}

}  // namespace
}  // namespace nonneg::test
