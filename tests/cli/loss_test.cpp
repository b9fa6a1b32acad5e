// SPDX-License-Identifier: Apache-2.0
// Losses, weights and missing entries, as the command takes and refuses them.
#include <gtest/gtest.h>

#include <cmath>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

/// 4 × 3, with a hole; its mask; and as MatrixMarket, the hole not stored.
constexpr const char* kHole = "1,2,3\n4,nan,6\n7,8,9\n2,4,6\n";
constexpr const char* kEmptyCell = "1,2,3\n4,,6\n7,8,9\n2,4,6\n";
constexpr const char* kFilled = "1,2,3\n4,999,6\n7,8,9\n2,4,6\n";
constexpr const char* kMask = "1,1,1\n1,0,1\n1,1,1\n1,1,1\n";
constexpr const char* kStored =
    "%%MatrixMarket matrix coordinate real general\n4 3 11\n1 1 1\n1 2 2\n1 3 3\n2 1 4\n2 3 6\n"
    "3 1 7\n3 2 8\n3 3 9\n4 1 2\n4 2 4\n4 3 6\n";

Outcome factorize(const Workplace& place, const std::string& input, Words more,
                  const std::string& out = "run") {
  Words words{"factorize", input,         "--rank",  "2",           "--out", out,
              "--quiet",   "--precision", "float64", "--tolerance", "0"};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

TEST(LossOptions, AreInTheRecordAsUsed) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n7,8,10\n");
  ASSERT_EQ(factorize(place, "A.csv", {"--loss", "kl"}).status, 0);
  auto options = read_json(place.at("run/run.json"))["options"];
  EXPECT_EQ(options["loss"], "kl");
  EXPECT_EQ(options["beta"], 1);
  EXPECT_EQ(options["algorithm"], "mu");
  EXPECT_EQ(options["extrapolation"], false);

  ASSERT_EQ(factorize(place, "A.csv", {"--beta", "0.5", "--overwrite"}).status, 0);
  options = read_json(place.at("run/run.json"))["options"];
  EXPECT_EQ(options["loss"], "beta");
  EXPECT_EQ(options["beta"], 0.5);

  // A model's loss is that of new rows.
  ASSERT_EQ(
      run(place, {"transform", "A.csv", "--model", "run", "--out", "W.npy", "--quiet"}).status, 0);
  ASSERT_EQ(factorize(place, "A.csv", {"--overwrite"}).status, 0);
  options = read_json(place.at("run/run.json"))["options"];
  EXPECT_EQ(options["loss"], "frobenius");
  EXPECT_EQ(options["algorithm"], "hals");
}

TEST(LossOptions, TheSummaryNamesTheLoss) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n7,8,10\n");
  const Outcome outcome =
      run(place, {"factorize", "A.csv", "--rank", "1", "--out", "run", "--loss", "is"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("rank 1, mu for is in float32"), std::string::npos) << outcome.out;
}

TEST(LossOptions, NanAMaskAndWhatIsNotStoredAreOne) {
  const Workplace place;
  place.file("hole.csv", kHole);
  place.file("empty.csv", kEmptyCell);
  place.file("filled.csv", kFilled);
  place.file("mask.csv", kMask);
  place.file("stored.mtx", kStored);
  ASSERT_EQ(factorize(place, "hole.csv", {"--missing", "nan"}, "nan").status, 0);
  ASSERT_EQ(factorize(place, "empty.csv", {"--missing", "nan"}, "empty").status, 0);
  ASSERT_EQ(factorize(place, "filled.csv", {"--mask", "mask.csv"}, "mask").status, 0);
  ASSERT_EQ(factorize(place, "filled.csv", {"--weights", "mask.csv"}, "weights").status, 0);
  ASSERT_EQ(factorize(place, "stored.mtx", {"--missing", "zeros"}, "zeros").status, 0);
  const auto loss = [&](const std::string& out) {
    return read_json(place.at(out + "/run.json"))["loss_history"].back()["loss"].get<double>();
  };
  EXPECT_LT(loss("nan"), 0.1);
  for (const char* out : {"empty", "mask", "weights", "zeros"}) {
    EXPECT_NEAR(loss(out), loss("nan"), 1e-9 * loss("nan") + 1e-15) << out;
  }
  EXPECT_EQ(read_json(place.at("mask/run.json"))["mask"], "mask.csv");
}

TEST(LossOptions, TheSummaryAndThePlanSayWhatCounts) {
  const Workplace place;
  place.file("hole.csv", kHole);
  place.file("mask.csv", kMask);
  const auto said = [&](const Words& words, const char* part) {
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
  };
  said({"factorize", "hole.csv", "--rank", "1", "--out", "nan", "--missing", "nan"},
       "\nobserved        all but NaN\n");
  place.file("filled.csv", kFilled);
  said({"factorize", "filled.csv", "--rank", "1", "--out", "mask", "--mask", "mask.csv"},
       "\nmask            mask.csv\n");
  // Denominators of its own for each row of the factors, and what the model is laid out in.
  const auto workspace = [&](const Words& more) {
    Words words{"plan", "filled.csv", "--rank", "1", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run(place, words).out)["workspace_bytes"].get<std::int64_t>();
  };
  EXPECT_GT(workspace({"--mask", "mask.csv"}), workspace({}));
}

TEST(LossOptions, NewRowsMayHaveMissingCells) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,5,6\n7,8,10\n");
  place.file("empty.csv", kEmptyCell);
  ASSERT_EQ(factorize(place, "A.csv", {}).status, 0);
  const Words transform{"transform", "empty.csv", "--model", "run", "--out", "W.npy", "--quiet"};
  EXPECT_EQ(run(place, transform).status, 2);
  Words missing = transform;
  missing.insert(missing.end(), {"--missing", "nan"});
  const Outcome outcome = run(place, missing);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
}

TEST(LossOptions, WhatNobodyObservedIsSaidAndReconstructedAsNan) {
  const Workplace place;
  place.file("A.csv", "1,nan,3\nnan,nan,nan\n7,nan,9\n2,nan,6\n");
  const Outcome fit = run(place, {"factorize", "A.csv", "--rank", "1", "--out", "run", "--missing",
                                  "nan", "--precision", "float64"});
  ASSERT_EQ(fit.status, 0) << fit.error;
  EXPECT_NE(fit.error.find("warning: 1 row and 1 column of A have no observed entry"),
            std::string::npos)
      << fit.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["unobserved_rows"], nlohmann::json({1}));
  EXPECT_EQ(record["unobserved_columns"], nlohmann::json({1}));

  ASSERT_EQ(run(place, {"reconstruct", "run", "--out", "B.npy", "--quiet"}).status, 0);

  const MatrixFile product = MatrixFile::open(place.at("B.npy"));
  const MatrixView<const double> B = product.view().as<double>();
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 3; ++j) EXPECT_EQ(std::isnan(B(i, j)), i == 1 || j == 1) << i << j;
  }

  const Outcome rows =
      run(place, {"transform", "A.csv", "--model", "run", "--out", "W.npy", "--missing", "nan"});
  ASSERT_EQ(rows.status, 0) << rows.error;
  EXPECT_NE(rows.error.find("warning: 1 row of A has no observed entry"), std::string::npos)
      << rows.error;
}

TEST(LossOptions, WhatDoesNotGoTogetherIsRefused) {
  const Workplace place;
  place.file("A.csv", "1,2,3\n4,0,6\n7,8,10\n");
  place.file("hole.csv", kHole);
  place.file("stored.mtx", kStored);
  place.file("empty.csv", kEmptyCell);
  place.file("short.csv", "1,1,1\n1,0,1\n");
  place.file("half.csv", "1,1,1\n1,0.5,1\n1,1,1\n");
  place.file("negative.csv", "1,1,1\n1,-1,1\n1,1,1\n");
  struct Case {
    std::string input;
    Words more;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"A.csv", {"--loss", "poisson"}, "allowed: frobenius, kl, is"},
      {"A.csv", {"--loss", "kl", "--beta", "1"}, "--loss and --beta: give one of them"},
      {"A.csv", {"--loss", "is"}, "entry (1, 1) of A is 0"},
      {"A.csv", {"--loss", "kl", "--algorithm", "hals"}, "use --algorithm mu"},
      {"A.csv", {"--loss", "kl", "--extrapolation", "on"}, "--extrapolation on:"},
      {"A.csv", {"--missing", "zeros"}, "A is dense"},
      {"stored.mtx", {"--missing", "nan"}, "A is sparse"},
      {"stored.mtx", {"--beta", "-1"}, "of its entries are zeros"},
      {"hole.csv", {}, "--missing nan"},
      {"empty.csv",
       {},
       "line 2, column 2 is empty; write 0 where that is meant, or let --missing nan"},
      {"A.csv", {"--mask", "short.csv"}, "--mask short.csv: the weights are 2 x 3"},
      {"A.csv", {"--mask", "half.csv"}, "--mask half.csv: entry (1, 1) is 0.5"},
      {"A.csv",
       {"--weights", "negative.csv"},
       "--weights negative.csv: entry (1, 1) of the weights is -1"},
      {"A.csv", {"--weights", "half.csv", "--mask", "half.csv"}, "use one of them"},
      {"A.csv", {"--weights", "stored.mtx"}, "--weights stored.mtx"},
  };
  for (const Case& c : cases) {
    const Outcome outcome = factorize(place, c.input, c.more);
    EXPECT_EQ(outcome.status, 2) << c.said;
    EXPECT_NE(outcome.error.find(c.said), std::string::npos) << outcome.error;
    EXPECT_FALSE(std::filesystem::exists(place.at("run"))) << c.said;
  }
}

}  // namespace
}  // namespace nonneg::test
