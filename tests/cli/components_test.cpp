// SPDX-License-Identifier: Apache-2.0
// Factors as people read them: scaled, ordered, as tables with names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kTable =
    "name,alpha,\"be\"\"ta\",gam ma,delta,eps\ns0,9,1,0,3,2\ns1,4,8,7,1,0\ns2,0,3,11,2,6\n"
    "s3,5,0,2,12,3\ns4,1,6,4,0,10\ns5,8,2,1,5,1\n";

struct Components : testing::Test {
  Components() { place.file("A.csv", kTable); }

  /// Factorizes A, of which nothing is left to chance.
  Outcome factorize(const std::string& out, Words more = {}) const {
    Words words{"factorize", "A.csv",       "--rank",      "3",      "--out",
                out,         "--overwrite", "--precision", "float64"};
    words.insert(words.end(), more.begin(), more.end());
    return run(place, words);
  }
  Json record(const std::string& out) const { return read_json(place.at(out + "/run.json")); }
  std::vector<std::vector<double>> matrix(const std::string& name) const {
    const MatrixFile file = MatrixFile::open(place.at(name));
    const auto view = file.view().as<double>();
    std::vector<std::vector<double>> rows;
    for (Index i = 0; i < view.rows(); ++i) {
      rows.emplace_back(view.row(i), view.row(i) + view.cols());
    }
    return rows;
  }

  Workplace place;
};

double sum_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double entry : x) sum += entry;
  return sum;
}

TEST_F(Components, AreScaledAfterTheRun) {
  ASSERT_EQ(factorize("plain").status, 0);
  const Outcome outcome = factorize("scaled", {"--normalize", "h-l1"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto H = matrix("scaled/H.npy");
  const auto W = matrix("scaled/W.npy");
  const auto plain_h = matrix("plain/H.npy");
  const auto plain_w = matrix("plain/W.npy");
  const Json scales = record("scaled")["components"]["scales"];
  for (std::size_t q = 0; q < 3; ++q) {
    EXPECT_NEAR(sum_of(H[q]), 1, 1e-12);
    const double scale = scales[q];
    EXPECT_NEAR(scale, sum_of(plain_h[q]), 1e-12 * scale);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(W[i][q], plain_w[i][q] * scale, 1e-9);
  }
  EXPECT_EQ(record("scaled")["options"]["normalize"], "h-l1");
  EXPECT_EQ(record("plain")["options"]["normalize"], "none");
  EXPECT_FALSE(record("plain")["components"].contains("scales"));
  // What is said of the run is what it was.
  for (const char* same : {"loss_history", "relative_error", "iterations"}) {
    Json one = record("plain")[same];
    Json other = record("scaled")[same];
    for (Json* history : {&one, &other}) {
      if (!history->is_array()) continue;
      for (Json& check : *history) check.erase("seconds");
    }
    EXPECT_EQ(one, other) << same;
  }
}

TEST_F(Components, AreOrderedByWhatTheyExplain) {
  ASSERT_EQ(factorize("plain", {"--seed", "3"}).status, 0);
  ASSERT_EQ(factorize("ordered", {"--seed", "3", "--order", "explained"}).status, 0);
  const Json of = record("ordered")["components"];
  const Json before = record("plain")["components"];
  ASSERT_EQ(of["places"].size(), 3U);
  const auto H = matrix("ordered/H.npy");
  const auto plain = matrix("plain/H.npy");
  for (std::size_t q = 0; q < 3; ++q) {
    const std::size_t from = of["places"][q];
    EXPECT_EQ(H[q], plain[from]);
    for (const char* each : {"explained", "explained_share", "sparseness_h", "sparseness_w"}) {
      EXPECT_EQ(of[each][q], before[each][from]) << each;
    }
    EXPECT_GE(of["explained"][q == 0 ? 0 : q - 1], of["explained"][q]);
  }
  EXPECT_FALSE(before.contains("places"));
  EXPECT_EQ(of["explained_by"], "loss_rise");
  EXPECT_EQ(record("ordered")["options"]["order"], "explained");
}

TEST_F(Components, OfAnotherLossExplainPartsOfTheModelsSum) {
  ASSERT_EQ(factorize("kl", {"--loss", "kl", "--order", "explained"}).status, 0);
  const Json of = record("kl")["components"];
  EXPECT_EQ(of["explained_by"], "model_sum");
  EXPECT_NEAR(sum_of(of["explained_share"].get<std::vector<double>>()), 1, 1e-12);
}

TEST_F(Components, AreToldInTheSummary) {
  const Outcome outcome = factorize("told", {"--tables"});
  EXPECT_THAT(outcome.out, HasSubstr("% of the data's squares"));
  EXPECT_THAT(outcome.out, HasSubstr("sparseness      H 0."));
  EXPECT_THAT(outcome.out, HasSubstr("tables          told/W.tsv, H.tsv, top.tsv\n"));
}

TEST_F(Components, AreWrittenAsTablesWithNames) {
  const Outcome outcome = factorize(
      "tables", {"--tables", "--top", "2", "--order", "explained", "--normalize", "w-max"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  // As W.npy and H.npy, and with all their digits.
  EXPECT_EQ(matrix("tables/W.tsv"), matrix("tables/W.npy"));
  EXPECT_EQ(matrix("tables/H.tsv"), matrix("tables/H.npy"));
  const MatrixFile W = MatrixFile::open(place.at("tables/W.tsv"));
  EXPECT_THAT(W.row_names(), ElementsAre("s0", "s1", "s2", "s3", "s4", "s5"));
  EXPECT_THAT(W.column_names(), ElementsAre("component_1", "component_2", "component_3"));
  const MatrixFile H = MatrixFile::open(place.at("tables/H.tsv"));
  EXPECT_THAT(H.row_names(), ElementsAre("component_1", "component_2", "component_3"));
  EXPECT_THAT(H.column_names(), ElementsAre("alpha", "be\"ta", "gam ma", "delta", "eps"));
  const std::string top = read_text(place.at("tables/top.tsv"));
  EXPECT_TRUE(top.starts_with("component\tplace\tname\tweight\tscore\ncomponent_1\t1\t")) << top;
  EXPECT_EQ(std::count(top.begin(), top.end(), '\n'), 1 + 3 * 2) << top;
  // A run's tables are part of it: it is replaced as a whole.
  ASSERT_EQ(factorize("tables").status, 0);
  EXPECT_FALSE(std::filesystem::exists(place.at("tables/W.tsv")));
}

TEST_F(Components, WithoutNamesAreCounted) {
  place.file("A.npy", random_npy(3, 2));
  const Outcome outcome =
      run(place, {"factorize", "A.npy", "--rank", "1", "--out", "counted", "--tables"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_TRUE(
      read_text(place.at("counted/H.tsv")).starts_with("\tcolumn_1\tcolumn_2\ncomponent_1\t"));
  EXPECT_THAT(read_text(place.at("counted/W.tsv")), HasSubstr("\nrow_3\t"));
  EXPECT_THAT(read_text(place.at("counted/top.tsv")), HasSubstr("\t1\n"));
}

TEST_F(Components, OfTheBestOfManyRunsAreArrangedAndTabled) {
  const Words arranged{"--restarts", "3",         "--normalize", "h-l1",
                       "--order",    "explained", "--tables"};
  const Outcome outcome = factorize("runs", arranged);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.out, HasSubstr("tables          runs/W.tsv"));
  for (const auto& row : matrix("runs/H.npy")) EXPECT_NEAR(sum_of(row), 1, 1e-12);
  EXPECT_EQ(matrix("runs/H.tsv"), matrix("runs/H.npy"));
  EXPECT_EQ(record("runs")["components"]["places"].size(), 3U);
  // Put together anew, without: no table of other factors stays.
  ASSERT_EQ(run(place, {"factorize", "A.csv", "--rank", "3", "--out", "runs", "--resume",
                        "--precision", "float64", "--restarts", "3"})
                .status,
            0);
  EXPECT_FALSE(record("runs")["components"].contains("places"));
  for (const char* table : {"W.tsv", "H.tsv", "top.tsv"}) {
    EXPECT_FALSE(std::filesystem::exists(place.path() / "runs" / table)) << table;
  }
}

TEST_F(Components, OfAModelServeNewRowsInItsScale) {
  // Under penalties the objective is that of the factors before: new rows are solved in their
  // scale, so that the model's own rows get their own W.
  const Words penalized{"--l1-w",      "3", "--l2-h",           "2",
                        "--tolerance", "0", "--max-iterations", "3000"};
  Words scaled = penalized;
  scaled.insert(scaled.end(), {"--normalize", "h-max", "--order", "explained"});
  ASSERT_EQ(factorize("scaled", scaled).status, 0);
  const Outcome outcome =
      run(place, {"transform", "A.csv", "--model", "scaled", "--out", "W.npy", "--precision",
                  "float64", "--tolerance", "0", "--max-iterations", "3000"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto W = matrix("scaled/W.npy");
  const auto again = matrix("W.npy");
  for (std::size_t i = 0; i < W.size(); ++i) {
    for (std::size_t q = 0; q < 3; ++q) EXPECT_NEAR(again[i][q], W[i][q], 1e-6) << i << ", " << q;
  }
}

TEST_F(Components, OfAModelThatAreDamagedAreRefused) {
  ASSERT_EQ(factorize("model", {"--normalize", "h-max"}).status, 0);
  const Json good = record("model");
  for (const Json& scales : {Json({1, 2}), Json({1, 2, 0}), Json({1, 2, "x"}), Json("many")}) {
    Json bad = good;
    bad["components"]["scales"] = scales;
    place.file("model/run.json", bad.dump());
    const Outcome outcome =
        run(place, {"transform", "A.csv", "--model", "model", "--out", "W.npy", "--overwrite"});
    EXPECT_EQ(outcome.status, 2) << scales;
    EXPECT_THAT(outcome.error, HasSubstr("scales")) << scales;
    EXPECT_THAT(outcome.error, HasSubstr("run.json")) << scales;
  }
}

TEST_F(Components, ThatCannotBeWrittenSoAreRefusedBeforeAnyWork) {
  const auto refusal = [&](const Words& words) {
    const Outcome outcome = factorize("none", words);
    EXPECT_EQ(outcome.status, 2) << words.front();
    EXPECT_FALSE(std::filesystem::exists(place.at("none")));
    return outcome.error;
  };
  EXPECT_THAT(refusal({"--top", "5"}), HasSubstr("add --tables"));
  EXPECT_THAT(refusal({"--tables", "--top", "0"}), HasSubstr("--top 0"));
  for (const Words& option :
       std::vector<Words>{{"--tables"}, {"--normalize", "w-l1"}, {"--order", "explained"}}) {
    Words words{"factorize", "A.csv",      "--rank", "3",        "--out",
                "none",      "--restarts", "3",      "--worker", "0/2"};
    words.insert(words.end(), option.begin(), option.end());
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_THAT(outcome.error, HasSubstr("which " + option.front() + " is about"));
  }
  EXPECT_THAT(refusal({"--normalize", "h-l3"}), HasSubstr("h-l2"));
  EXPECT_THAT(refusal({"--order", "size"}), HasSubstr("explained"));
}

}  // namespace
}  // namespace nonneg::test
