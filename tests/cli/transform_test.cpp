// SPDX-License-Identifier: Apache-2.0
// New rows: whose columns are matched by name, with the options of their model.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kTable = "gene,s1,s2,s3,s4\nA,3,7,3,4\nB,8,5,7,4\nC,5,4,3,5\nD,11,8,5,9\n";
constexpr const char* kReordered =
    "gene,s4,s2,s3,s1\nA,4,7,3,3\nB,4,5,7,8\nC,5,4,3,5\nD,9,8,5,11\n";
constexpr const char* kMore =
    "gene,x,s4,s2,y,s3,s1\nA,1,4,7,9,3,3\nB,1,4,5,9,7,8\nC,1,5,4,9,3,5\nD,1,9,8,9,5,11\n";

void factorize(const Workplace& place, const std::string& input, Words more = {}) {
  Words words{"factorize", input,     "--rank",      "2",           "--out",
              "model",     "--quiet", "--overwrite", "--precision", "float64"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = run(place, words);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
}

Outcome transform(const Workplace& place, const std::string& input, Words more = {}) {
  Words words{"transform",   input,     "--out",       "W.npy", "--overwrite",
              "--precision", "float64", "--tolerance", "0",     "--max-iterations",
              "3000"};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

Outcome of_model(const Workplace& place, const std::string& input, Words more = {}) {
  more.insert(more.end(), {"--model", "model"});
  return transform(place, input, more);
}

std::vector<double> entries(const Workplace& place) {
  const MatrixFile file = MatrixFile::open(place.at("W.npy"));
  const auto W = file.view().as<double>();
  return {W.data(), W.data() + W.rows() * W.cols()};
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t e = 0; e < found.size(); ++e) EXPECT_NEAR(found[e], expected[e], 1e-9) << e;
}

TEST(Transform, TakesThePlaceOfNothingThatIsRead) {
  const Workplace place;
  place.file("A.csv", kTable);
  factorize(place, "A.csv");
  ASSERT_EQ(of_model(place, "A.csv").status, 0);

  for (const Words& words : std::vector<Words>{
           {"transform", "A.csv", "--model", "model", "--out", "model/H.npy", "--overwrite"},
           {"transform", "A.csv", "--model", "model", "--out", "model/W.npy", "--overwrite"},
           {"transform", "W.npy", "--h", "W.npy", "--out", "W.npy", "--overwrite"},
           {"reconstruct", "model", "--out", "model/W.npy", "--overwrite"},
           {"factorize", "model/W.npy", "--rank", "1", "--out", "model", "--overwrite"}}) {
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2) << words.front() << outcome.error;
    EXPECT_NE(outcome.error.find("which is read"), std::string::npos) << outcome.error;
  }
}

TEST(Transform, MatchesColumnsByNameWhereBothSidesHaveNames) {
  const Workplace place;
  place.file("A.csv", kTable);
  place.file("reordered.csv", kReordered);
  place.file("more.csv", kMore);
  factorize(place, "A.csv");
  Outcome outcome = of_model(place, "A.csv");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("of 4 columns matched by name\n"), std::string::npos) << outcome.out;
  const std::vector<double> expected = entries(place);

  ASSERT_EQ(of_model(place, "reordered.csv").status, 0);
  expect_near(entries(place), expected);

  outcome = of_model(place, "more.csv", {"--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  expect_near(entries(place), expected);
  EXPECT_NE(
      outcome.error.find("warning: 2 columns that the model does not have were left out: x, y"),
      std::string::npos)
      << outcome.error;
  const Json record = Json::parse(outcome.out);
  EXPECT_EQ(record["columns"]["matched"], "by name");
  EXPECT_EQ(record["columns"]["left_out"], Json({"x", "y"}));
  EXPECT_EQ(record["warnings"].size(), 1U);
}

TEST(Transform, SparseColumnsAndWeightsAreLeftOutToo) {
  const Workplace place;
  place.file("A.csv", kTable);
  place.file("more.csv", kMore);
  // Of `more.csv`, with 0 for what was put in place of two entries.
  place.file(
      "off.csv",
      "gene,x,s4,s2,y,s3,s1\nA,1,99,7,9,3,3\nB,1,4,5,9,7,99\nC,1,5,4,9,3,5\nD,1,9,8,9,5,11\n");
  place.file("mask.csv", "1,0,1,1,1,1\n1,1,1,1,1,0\n1,1,1,1,1,1\n1,1,1,1,1,1\n");
  place.file("short.csv", "gene,s1,s2,s3,s4\nA,3,7,3,nan\nB,nan,5,7,4\nC,5,4,3,5\nD,11,8,5,9\n");
  factorize(place, "A.csv", {"--algorithm", "mu"});
  ASSERT_EQ(of_model(place, "short.csv", {"--missing", "nan"}).status, 0);
  const std::vector<double> expected = entries(place);
  const Outcome outcome = of_model(place, "off.csv", {"--mask", "mask.csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  expect_near(entries(place), expected);
}

TEST(NamesInPlace, OfAMaskAndAStartAreThoseOfA) {
  const Workplace place;
  place.file("A.csv", kTable);
  place.file("mask.csv", "gene,s1,s3,s2,s4\nA,1,1,1,1\nB,1,1,1,0\nC,1,1,1,1\nD,1,1,1,1\n");
  place.file("rows.csv", "gene,w,x,y,z\nA,1,1,1,1\nC,1,1,1,0\nB,1,1,1,1\nD,1,1,1,1\n");
  place.file("W.csv", ",k\nA,1\nB,1\nC,1\nD,1\n");
  place.file("H.csv", ",s2,s1,s3,s4\nk,1,1,1,1\n");
  const auto refusal = [&](Words more) {
    Words words{"factorize", "A.csv", "--rank", "1", "--out", "run"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2);
    return outcome.error;
  };
  EXPECT_NE(refusal({"--mask", "mask.csv"})
                .find("--mask mask.csv: column 1 is named s3, as column 2 of A.csv is"),
            std::string::npos);
  EXPECT_NE(refusal({"--weights", "rows.csv"})
                .find("--weights rows.csv: row 1 is named C, as row 2 of A.csv is"),
            std::string::npos);
  EXPECT_NE(refusal({"--init-w", "W.csv", "--init-h", "H.csv"})
                .find("--init-h H.csv: column 0 is named s2, as column 1 of A.csv is"),
            std::string::npos);
}

TEST(Transform, RefusesMissingAndRepeatedNames) {
  const Workplace place;
  place.file("A.csv", kTable);
  factorize(place, "A.csv");
  const auto expect_refusal = [&](const char* table, const std::string& words) {
    place.file("B.csv", table);
    const Outcome outcome = of_model(place, "B.csv");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.error.find(words), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find("--by-position"), std::string::npos) << outcome.error;
  };
  expect_refusal("gene,s1,s9,s3,s8\nA,3,7,3,4\n",
                 "B.csv: lacks 2 of the 4 columns of the model's H");
  expect_refusal("gene,s1,s2,s3,s4,s1\nA,3,7,3,4,1\n",
                 "B.csv: 1 column name is there more than once: s1");
  place.file("B.csv", "gene,s1,s9,s3,s8\nA,3,7,3,4\n");
  const Outcome outcome = of_model(place, "B.csv", {"--by-position"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("matched by position"), std::string::npos) << outcome.out;
}

TEST(Transform, SaysThatTheModelsTableLayTheOtherWay) {
  const Workplace place;
  place.file("A.csv", ",s1,s2,s3\ng1,1,2,3\ng2,4,5,6\n");
  ASSERT_EQ(
      run(place, {"factorize", "A.csv", "--transpose", "--rank", "1", "--out", "run", "--quiet"})
          .status,
      0);

  const Outcome refused = run(place, {"transform", "A.csv", "--model", "run", "--out", "W.npy"});
  const Outcome outcome =
      run(place, {"transform", "A.csv", "--transpose", "--model", "run", "--out", "W.npy"});

  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.error.find("the model's A was read with --transpose, and this without it"),
            std::string::npos)
      << refused.error;
  EXPECT_EQ(outcome.status, 0) << outcome.error;
}

TEST(Transform, SaysThatNothingTellsTheModelsLoss) {
  const Workplace place;
  place.file("A.csv", "1,2\n3,4\n");
  ASSERT_EQ(
      run(place, {"factorize", "A.csv", "--rank", "1", "--loss", "kl", "--out", "run", "--quiet"})
          .status,
      0);
  std::filesystem::remove(place.at("run/run.json"));
  Outcome outcome = run(place, {"transform", "A.csv", "--model", "run", "--out", "W.npy"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("run: no run.json says what loss"), std::string::npos)
      << outcome.error;
  outcome = run(place, {"transform", "A.csv", "--model", "run", "--loss", "kl", "--out", "V.npy"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.error.find("no run.json"), std::string::npos) << outcome.error;
}

TEST(Transform, TakesNoHFromStandardInput) {
  const Workplace place;
  place.file("A.csv", "1,2\n3,4\n");
  const Outcome outcome = run(place, {"transform", "A.csv", "--h", "-", "--out", "W.npy"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("--h -: only INPUT"), std::string::npos) << outcome.error;
}

TEST(Transform, TakesPositionsWhereOneSideHasNoNames) {
  const Workplace place;
  place.file("A.csv", kTable);
  place.file("plain.csv", "3,7,3,4\n8,5,7,4\n");
  factorize(place, "A.csv");
  const Outcome outcome = of_model(place, "plain.csv");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("rows            2, of 4 columns matched by position\n"),
            std::string::npos)
      << outcome.out;
}

TEST(Transform, InheritsWhatWasMissing) {
  const Workplace place;
  place.file("A.mtx",
             "%%MatrixMarket matrix coordinate real general\n4 3 8\n1 1 1\n1 2 2\n2 1 4\n2 3 6\n"
             "3 1 7\n3 2 8\n4 2 4\n4 3 6\n");
  place.file("B.mtx", "%%MatrixMarket matrix coordinate real general\n1 3 2\n1 1 1\n1 3 9\n");
  place.file("B.csv", "1,0,9\n");
  factorize(place, "A.mtx", {"--missing", "zeros"});
  Outcome outcome = of_model(place, "B.mtx", {"--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  Json record = Json::parse(outcome.out);
  EXPECT_EQ(record["options"]["missing"], "zeros");
  EXPECT_EQ(record["options_from"]["missing"], "model");
  const std::vector<double> observed = entries(place);
  ASSERT_EQ(of_model(place, "B.mtx", {"--missing", "zeros"}).status, 0);
  EXPECT_EQ(entries(place), observed);

  outcome = of_model(place, "B.mtx", {"--missing", "none", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  record = Json::parse(outcome.out);
  EXPECT_EQ(record["options_from"]["missing"], "command line");
  EXPECT_NE(entries(place), observed);

  outcome = of_model(place, "B.csv");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("that is what the model was made with"), std::string::npos)
      << outcome.error;
}

TEST(Transform, SaysTheLossOfTheRowsAsFactorizeDoes) {
  const Workplace place;
  place.file("A.csv", kTable);
  factorize(place, "A.csv", {"--loss", "kl", "--tolerance", "0", "--max-iterations", "5000"});
  const Json fitted = read_json(place.at("model/run.json"));
  const Outcome outcome = of_model(place, "A.csv", {"--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json record = Json::parse(outcome.out);
  EXPECT_EQ(record["options"]["loss"], "kl");
  EXPECT_EQ(record["options_from"]["loss"], "model");
  const double loss = fitted["loss_history"].back()["loss"];
  EXPECT_NEAR(record["loss"].get<double>(), loss, 1e-6 * loss);
  EXPECT_NEAR(record["relative_error"].get<double>(), fitted["relative_error"].get<double>(), 1e-6);

  const Outcome summary = of_model(place, "A.csv");
  EXPECT_NE(summary.out.find("loss            kl (the model's): "), std::string::npos)
      << summary.out;
  EXPECT_NE(summary.out.find("\nrelative error  0."), std::string::npos) << summary.out;
}

TEST(Transform, RefusesAnotherLossThanTheModels) {
  const Workplace place;
  place.file("A.csv", kTable);
  factorize(place, "A.csv");
  const Outcome outcome = of_model(place, "A.csv", {"--loss", "kl"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("--loss kl: the model (model) was made for frobenius"),
            std::string::npos)
      << outcome.error;
  EXPECT_EQ(of_model(place, "A.csv", {"--beta", "2"}).status, 0);
}

TEST(Transform, TakesAnHFromElsewhere) {
  const Workplace place;
  place.file("A.csv", kTable);
  place.file("reordered.csv", kReordered);
  place.file("H.csv", ",s1,s2,s3,s4\nfirst,1,2,3,1\nsecond,4,1,0.5,2\n");
  Outcome outcome = transform(place, "A.csv", {"--h", "H.csv", "--beta", "1.5", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json record = Json::parse(outcome.out);
  EXPECT_EQ(record["model"], nullptr);
  EXPECT_EQ(record["h"], "H.csv");
  EXPECT_EQ(record["options"]["beta"], 1.5);
  EXPECT_EQ(record["options_from"]["loss"], "command line");
  EXPECT_EQ(record["options_from"]["missing"], "default");
  EXPECT_EQ(record["columns"]["matched"], "by name");
  const std::vector<double> expected = entries(place);
  ASSERT_EQ(transform(place, "reordered.csv", {"--h", "H.csv", "--beta", "1.5"}).status, 0);
  expect_near(entries(place), expected);

  place.file("H.csv", ",s1,s2,s3,s4\nfirst,1,-2,3,1\nsecond,4,1,0.5,2\n");
  outcome = transform(place, "A.csv", {"--h", "H.csv"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("H.csv: entry (0, 1) is -2"), std::string::npos) << outcome.error;
  EXPECT_EQ(transform(place, "A.csv", {"--h", "H.csv", "--model", "model"}).status, 2);
  EXPECT_EQ(transform(place, "A.csv").status, 2);
}

TEST(Transform, OfADamagedModelBlamesTheModel) {
  const Workplace place;
  place.file("A.csv", kTable);
  factorize(place, "A.csv");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string damaged = npy<double>("<f8", 2, 4, {1, nan, 1, 1, 1, 1, 1, 1});
  place.file("model/H.npy", damaged);
  Outcome outcome = of_model(place, "A.csv");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.error.find("nonneg: model/H.npy: entry (0, 1) is NaN"), 0U) << outcome.error;
  outcome = run(place, {"reconstruct", "model", "--out", "B.npy"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.error.find("nonneg: model/H.npy: entry (0, 1) is NaN"), 0U) << outcome.error;
  EXPECT_FALSE(std::filesystem::exists(place.at("B.npy")));
}

}  // namespace
}  // namespace nonneg::test
