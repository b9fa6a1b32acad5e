// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cli/command.hpp"
#include "cli/demo/demo_data.hpp"
#include "nonneg/matrix_file.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {
namespace {

constexpr double kGoldenTolerance = 1e-12;

const nlohmann::json& golden() {
  static const nlohmann::json kData = read_json(test_data("learning_demo.json"));
  return kData;
}

void expect_equal_to(const nlohmann::json& expected, const DataView& actual) {
  const auto view = actual.as<double>();
  ASSERT_EQ(view.rows(), static_cast<Index>(expected.size()));
  ASSERT_EQ(view.cols(), static_cast<Index>(expected[0].size()));
  for (Index i = 0; i < view.rows(); ++i) {
    for (Index j = 0; j < view.cols(); ++j) {
      const double entry = expected[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      ASSERT_NEAR(view(i, j), entry, kGoldenTolerance * entry) << "at " << i << ", " << j;
    }
  }
}

TEST(DemoData, HasTheArticlesPointsAndStartBitForBit) {
  const cli::LearningDemo demo = cli::learning_demo();
  for (Index i = 0; i < demo.A.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    EXPECT_EQ(demo.A(i, 0), golden()["A"][row][0].get<double>());
    // The cosines of two C libraries may differ in their last place.
    EXPECT_NEAR(demo.A(i, 1), golden()["A"][row][1].get<double>(), 4e-15);
    for (Index j = 0; j < 2; ++j) {
      const auto column = static_cast<std::size_t>(j);
      EXPECT_EQ(demo.W0(i, j), golden()["W0"][row][column].get<double>());
      if (i < 2) {
        EXPECT_EQ(demo.H0(i, j), golden()["H0"][row][column].get<double>());
      }
    }
  }
}

TEST(Demo, ReproducesTheArticlesFactors) {
  const Workplace place;
  for (const char* frame : {"1", "2", "10", "50"}) {
    const Outcome outcome = run(place, {"demo", "learning", "--max-iterations", frame, "--out",
                                        "run", "--overwrite", "--quiet", "--no-picture"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    const MatrixFile W = MatrixFile::open(place.at("run/W.npy"));
    const MatrixFile H = MatrixFile::open(place.at("run/H.npy"));
    expect_equal_to(golden()["frames"][frame]["W"], W.view());
    expect_equal_to(golden()["frames"][frame]["H"], H.view());
  }
}

TEST(Demo, ReproducesTheArticlesSquaredErrors) {
  const Workplace place;
  const Outcome outcome = run(place, {"demo", "--json", "--no-picture"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto record = nlohmann::json::parse(outcome.out);
  const auto& expected = golden()["squared_error"];
  std::size_t compared = 0;
  for (const auto& check : record["loss_history"]) {
    const auto iteration = check["iteration"].get<std::size_t>();
    if (iteration == 0) continue;
    const auto squared_error = expected[iteration - 1].get<double>();
    EXPECT_NEAR(2 * check["loss"].get<double>(), squared_error, kGoldenTolerance * squared_error);
    ++compared;
  }
  EXPECT_EQ(compared, expected.size());
}

TEST(Demo, ShowsATableOfIterationsAndErrors) {
  const Workplace place;
  const Outcome outcome = run(place, {"demo", "--no-picture"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("        1    34.83080820\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("       50     0.39298"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(place.entries().empty());
}

TEST(Demo, DrawsALineAndTheVectorThatItsPointsShare) {
  const Workplace place;
  const Outcome outcome = run(place, {"demo", "line", "--out", "run"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(place.entries(), Words{"run"});
  EXPECT_TRUE(read_text(place.at("run/line.png")).starts_with("\x89PNG"));
  EXPECT_TRUE(read_text(place.at("run/report.html")).starts_with("<!DOCTYPE html>"));
  // The slope that the points were made with.
  const MatrixFile file = MatrixFile::open(place.at("run/H.npy"));
  const auto H = file.view().as<double>();
  EXPECT_NEAR(H(0, 1) / H(0, 0), 0.6, 0.02);
  EXPECT_TRUE(
      outcome.out.ends_with("picture         run/line.png\n"
                            "report          run/report.html\n"))
      << outcome.out;
  // The points lie between the article's two vectors.
  const auto basis = read_json(place.at("run/run.json"))["basis_at_rank_2"];
  const auto slope = [&](int row) {
    return basis[row][1].get<double>() / basis[row][0].get<double>();
  };
  EXPECT_LT(std::min(slope(0), slope(1)), 0.6);
  EXPECT_GT(std::max(slope(0), slope(1)), 0.6);
}

TEST(Demo, LeavesADirectoryOfItsOwnAndMakesItAnew) {
  const Workplace place;
  for (int twice = 0; twice < 2; ++twice) {
    const Outcome outcome = run(place, {"demo"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_EQ(outcome.error, "");
    EXPECT_NE(outcome.out.find("picture         nonneg-demo-learning/learning.gif\n"),
              std::string::npos)
        << outcome.out;
  }
  EXPECT_EQ(place.entries(), Words{"nonneg-demo-learning"});
  place.file("nonneg-demo-learning/notes.txt", "mine");
  const Outcome outcome = run(place, {"demo"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.error.find("holds notes.txt"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_text(place.at("nonneg-demo-learning/notes.txt")), "mine");
}

TEST(Demo, WithoutGnuplotIsAPictureLessAndAWarning) {
  const Workplace place;
  const Outcome outcome = run_in_shell(place, "PATH=/none exec \"$NONNEG\" demo");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("34.83080820"), std::string::npos);
  EXPECT_NE(outcome.error.find("gnuplot-nox"), std::string::npos) << outcome.error;
  EXPECT_TRUE(std::filesystem::exists(place.at("nonneg-demo-learning/report.html")));
  EXPECT_FALSE(std::filesystem::exists(place.at("nonneg-demo-learning/learning.gif")));
  const Outcome asked =
      run_in_shell(place, "PATH=/none exec \"$NONNEG\" demo --picture learning.gif");
  EXPECT_EQ(asked.status, 3);
}

TEST(Demo, LeavesAPictureOfAnotherProgramAlone) {
  const Workplace place;
  place.file("line.png", "a photograph");
  EXPECT_EQ(run(place, {"demo", "line", "--picture", "line.png"}).status, 2);
  EXPECT_EQ(run(place, {"demo", "line", "--picture", "line.txt"}).status, 2);
  EXPECT_EQ(read_text(place.at("line.png")), "a photograph");
  EXPECT_EQ(run(place, {"demo", "line", "--picture", "line.png", "--overwrite"}).status, 0);
  EXPECT_EQ(place.entries(), Words{"line.png"}) << "nothing else was asked for";
  EXPECT_TRUE(read_text(place.at("line.png")).starts_with("\x89PNG"));
}

TEST(Demo, FindsThePartsOfTheSwimmer) {
  const Workplace place;
  const Outcome outcome = run(place, {"demo", "swimmer", "--out", "swimmer"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("17 of 17 parts found"), std::string::npos) << outcome.out;
  const auto record = read_json(place.at("swimmer/run.json"));
  EXPECT_EQ(record["command"], "demo swimmer");
  EXPECT_EQ(record["parts_found"], 17);
  EXPECT_EQ(record["shape"]["rows"], 256);
  EXPECT_EQ(MatrixFile::open(place.at("swimmer/H.npy")).view().rows(), 17);
  EXPECT_TRUE(std::filesystem::exists(place.at("swimmer/basis.png")));
  EXPECT_TRUE(std::filesystem::exists(place.at("swimmer/report.html")));
}

TEST(SwimmerData, HasPartsThatShareNoPixel) {
  const cli::SwimmerDemo demo = cli::swimmer_demo();
  EXPECT_EQ(demo.A.rows(), 256);
  for (Index pixel = 0; pixel < cli::kSwimmerPixels; ++pixel) {
    float parts = 0;
    for (Index part = 0; part < cli::kSwimmerParts; ++part) parts += demo.parts(part, pixel);
    EXPECT_LE(parts, 1.0F);
  }
}

}  // namespace
}  // namespace nonneg::test
