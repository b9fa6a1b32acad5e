// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

Outcome factorize(const Workplace& place, const std::string& input, const std::string& rank,
                  Words more = {}) {
  Words words{"factorize", input, "--rank", rank, "--out", "run", "--overwrite", "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

void expect_finite(const std::string& path) {
  const MatrixFile file = MatrixFile::open(path);
  const auto view = file.view().as<float>();
  for (Index i = 0; i < view.rows(); ++i) {
    for (Index j = 0; j < view.cols(); ++j) ASSERT_TRUE(std::isfinite(view(i, j)));
  }
}

TEST(Input, OfEveryStoredTypeIsRead) {
  const Workplace place;
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6};
  // 1, 2, 3, 4, 5, 6 as binary16.
  const std::vector<std::uint16_t> halves{0x3C00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600};
  place.file("u1.npy", npy("|u1", 2, 3, bytes));
  place.file("f2.npy", npy("<f2", 2, 3, halves));
  place.file("u2.npy", npy<std::uint16_t>("<u2", 2, 3, {1, 2, 3, 4, 5, 6}));
  place.file("i4.npy", npy<std::int32_t>("<i4", 2, 3, {1, 2, 3, 4, 5, 6}));
  place.file("f4.npy", npy<float>("<f4", 2, 3, {1, 2, 3, 4, 5, 6}));
  place.file("f4f.npy",
             npy_bytes("<f4", 2, 3, npy<float>("<f4", 3, 2, {1, 4, 2, 5, 3, 6}).substr(128), true));
  double expected = 0;
  for (const char* type : {"f4", "u1", "f2", "u2", "i4", "f4f"}) {
    const Outcome outcome = factorize(place, std::string(type) + ".npy", "1", {"--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    const auto record = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(record["precision"], "float32");
    const double error = record["relative_error"];
    if (expected == 0) expected = error;
    EXPECT_NEAR(error, expected, 1e-5) << type;
  }
}

TEST(Input, OfFloat64IsComputedInFloat64UnlessAskedOtherwise) {
  const Workplace place;
  place.file("A.npy", npy<double>("<f8", 2, 2, {1, 2.5, 3, 4}));
  ASSERT_EQ(factorize(place, "A.npy", "1").status, 0);
  EXPECT_EQ(read_json(place.at("run/run.json"))["precision"], "float64");
  EXPECT_TRUE(read_json(place.at("run/run.json"))["precision_reason"].is_null());
  ASSERT_EQ(factorize(place, "A.npy", "1", {"--precision", "float32"}).status, 0);
  EXPECT_EQ(read_json(place.at("run/run.json"))["precision"], "float32");
}

TEST(Input, OfCountsIsComputedInFloat32HoweverTheyAreStoredAndTheRunSaysWhy) {
  const Workplace place;
  place.file("A.npy", npy<double>("<f8", 2, 2, {1, 2, 3, 4}));
  place.file("A.csv", "1,2\n3,4\n");
  for (const char* input : {"A.npy", "A.csv"}) {
    const Outcome outcome =
        run(place, {"factorize", input, "--rank", "1", "--out", "run", "--overwrite"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_NE(outcome.out.find("in float32 (A's entries are whole numbers"), std::string::npos)
        << outcome.out;
    const auto record = read_json(place.at("run/run.json"));
    EXPECT_EQ(record["precision"], "float32");
    EXPECT_EQ(record["precision_reason"], "A's entries are whole numbers below 2^24");
  }
}

TEST(Input, NamesOfRowsAndColumnsAreKept) {
  const Workplace place;
  place.file("A.csv", ",red,green\nfirst,1,2\nsecond,3,4\n");
  ASSERT_EQ(factorize(place, "A.csv", "1").status, 0);
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["row_names"], nlohmann::json({"first", "second"}));
  EXPECT_EQ(record["column_names"], nlohmann::json({"red", "green"}));
  EXPECT_EQ(record["input"]["format"], "csv");
}

TEST(Input, WithoutNamesLeavesThemOut) {
  const Workplace place;
  place.file("A.npy", random_npy(3, 4));
  ASSERT_EQ(factorize(place, "A.npy", "1").status, 0);
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_FALSE(record.contains("row_names"));
  EXPECT_FALSE(record.contains("column_names"));
}

TEST(Input, ThatLooksOddButIsLegalIsHandled) {
  const Workplace place;
  const std::vector<float> zeros(12, 0.0F);
  const std::vector<float> sevens(12, 7.0F);
  const std::vector<float> tiny(12, 1e-44F);
  const std::vector<float> huge(12, 3e38F);
  place.file("row.npy", random_npy(1, 9));
  place.file("column.npy", random_npy(9, 1));
  place.file("single.npy", npy<float>("<f4", 1, 1, {2}));
  place.file("zeros.npy", npy("<f4", 3, 4, zeros));
  place.file("constant.npy", npy("<f4", 3, 4, sevens));
  place.file("tiny.npy", npy("<f4", 3, 4, tiny));
  place.file("huge.npy", npy("<f4", 3, 4, huge));
  for (const char* name : {"row", "column", "single", "zeros", "constant", "tiny", "huge"}) {
    for (const char* algorithm : {"hals", "mu"}) {
      // A rank above both sizes is legal too.
      for (const char* rank : {"1", "20"}) {
        const Outcome outcome =
            factorize(place, std::string(name) + ".npy", rank, {"--algorithm", algorithm});
        ASSERT_EQ(outcome.status, 0) << name << ' ' << algorithm << ": " << outcome.error;
        expect_finite(place.at("run/W.npy"));
        expect_finite(place.at("run/H.npy"));
      }
    }
  }
}

TEST(Input, OfTheStartMayBeOfAnyStoredType) {
  const Workplace place;
  place.file("A.npy", random_npy(3, 2));
  place.file("W.npy", npy<std::uint8_t>("|u1", 3, 1, {1, 2, 3}));
  place.file("H.csv", "0.5,0.25\n");
  const Words start{"--init-w", "W.npy", "--init-h", "H.csv"};
  ASSERT_EQ(factorize(place, "A.npy", "1", start).status, 0);
  const auto options = read_json(place.at("run/run.json"))["options"];
  EXPECT_EQ(options["init"], "custom");
  EXPECT_EQ(options["init_w"], "W.npy");
  EXPECT_EQ(options["init_h"], "H.csv");
}

TEST(Input, OfTheStartMayBeOneFactorAlone) {
  const Workplace place;
  place.file("A.npy", random_npy(5, 4));
  place.file("W.csv", "1,0.5\n0.5,1\n1,1\n2,1\n1,3\n");
  place.file("H.csv", "0.5,0.25,1,2\n1,2,0.25,0.5\n");
  ASSERT_EQ(factorize(place, "A.npy", "2", {"--init-w", "W.csv"}).status, 0);
  auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["options"]["init"], "custom");
  EXPECT_EQ(record["options"]["init_w"], "W.csv");
  EXPECT_TRUE(record["options"]["init_h"].is_null());
  EXPECT_EQ(record["start_reads"], 1);
  const Words of_h{"--init-h", "H.csv", "--max-iterations", "0"};
  ASSERT_EQ(factorize(place, "A.npy", "2", of_h).status, 0);
  record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["options"]["init_h"], "H.csv");
  EXPECT_TRUE(record["options"]["init_w"].is_null());
  ASSERT_EQ(run(place, {"reconstruct", "run", "--out", "B.npy"}).status, 0);
}

TEST(Input, StartsOfItsSingularVectors) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 40));
  for (const char* init : {"nndsvd", "nndsvda", "nndsvdar"}) {
    const Outcome outcome = run(place, {"factorize", "A.npy", "--rank", "2", "--out", "run",
                                        "--overwrite", "--init", init});
    ASSERT_EQ(outcome.status, 0) << init;
    EXPECT_NE(outcome.out.find(std::string("\nstart           ") + init + ", 8 reads of A, "),
              std::string::npos)
        << outcome.out;
    const auto record = read_json(place.at("run/run.json"));
    EXPECT_EQ(record["options"]["init"], init);
    EXPECT_EQ(record["start_reads"], 8);
    EXPECT_GT(record["timings"]["start_seconds"], 0);
  }
  const auto planned = [&](const char* init) {
    const Outcome outcome = run(place, {"plan", "A.npy", "--rank", "2", "--init", init, "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    return nlohmann::json::parse(outcome.out)["total_bytes"].get<std::uint64_t>();
  };
  EXPECT_GT(planned("nndsvd"), planned("random"));
}

TEST(RoundTrip, TheProductOfTheFactorsHasTheErrorThatTheRunReports) {
  const Workplace place;
  place.file("A.npy", random_npy(43, 17));
  ASSERT_EQ(factorize(place, "A.npy", "5").status, 0);
  const Outcome outcome = run(place, {"reconstruct", "run", "--out", "B.npy"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const MatrixFile a_file = MatrixFile::open(place.at("A.npy"));
  const MatrixFile b_file = MatrixFile::open(place.at("B.npy"));
  const auto A = a_file.view().as<float>();
  const auto B = b_file.view().as<float>();
  double residual = 0;
  double square = 0;
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      const double difference = static_cast<double>(A(i, j)) - static_cast<double>(B(i, j));
      residual += difference * difference;
      square += static_cast<double>(A(i, j)) * static_cast<double>(A(i, j));
    }
  }
  const double reported = read_json(place.at("run/run.json"))["relative_error"];
  EXPECT_NEAR(std::sqrt(residual / square), reported, 1e-5);
}

TEST(RoundTrip, TransformOfTheTrainingRowsGivesTheirFactors) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 12));
  ASSERT_EQ(factorize(place, "A.npy", "3", {"--tolerance", "0", "--max-iterations", "3000"}).status,
            0);
  const Outcome outcome = run(place, {"transform", "A.npy", "--model", "run", "--out", "W.npy",
                                      "--tolerance", "0", "--max-iterations", "3000", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["shape"]["rank"], 3);
  const MatrixFile trained_file = MatrixFile::open(place.at("run/W.npy"));
  const MatrixFile found_file = MatrixFile::open(place.at("W.npy"));
  const auto trained = trained_file.view().as<float>();
  const auto found = found_file.view().as<float>();
  ASSERT_EQ(found.rows(), 30);
  for (Index i = 0; i < trained.rows(); ++i) {
    for (Index c = 0; c < trained.cols(); ++c) ASSERT_NEAR(found(i, c), trained(i, c), 1e-2);
  }
}

TEST(RoundTrip, TransformTakesAlgorithmAndPenaltiesFromTheModel) {
  const Workplace place;
  place.file("A.npy", random_npy(8, 6));
  ASSERT_EQ(factorize(place, "A.npy", "2", {"--algorithm", "mu", "--l1-w", "0.5"}).status, 0);
  const auto options = [&place](const Words& more) {
    Words words{"transform", "A.npy", "--model", "run", "--out", "W.npy", "--overwrite", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run(place, words).out)["options"];
  };
  EXPECT_EQ(options({})["algorithm"], "mu");
  EXPECT_EQ(options({})["l1_w"], 0.5);
  EXPECT_EQ(options({"--l1-w", "0"})["l1_w"], 0.0);
  EXPECT_EQ(options({"--algorithm", "hals"})["algorithm"], "hals");
}

}  // namespace
}  // namespace nonneg::test
