// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cli/command.hpp"
#include "cli/gif.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "nonneg/solver.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Index kSide = 4;

class Render : public testing::Test {
 protected:
  /// A run of `iterations` on `A`, with snapshots of all.
  void write_snapshots(MatrixView<const float> A, Index rank, Index iterations,
                       const std::string& name = "snapshots", double beta = kFrobenius) const {
    Options options;
    options.rank = rank;
    options.beta = beta;
    const float* const end = A.data() + A.rows() * A.cols();
    if (std::any_of(A.data(), end, [](float a) { return std::isnan(a); })) {
      options.missing = Missing::nan;
    }
    Solver<float> solver(DataView(A), options);
    SnapshotRun run;
    run.rows = A.rows();
    run.cols = A.cols();
    run.rank = rank;
    run.algorithm = "hals";
    run.loss = loss_name(beta);
    run.beta = beta;
    run.precision = "float32";
    run.backend = "cpu";
    const DataView data(A);
    const auto directory = SnapshotDirectory::create(place.at(name), run, &data);
    for (Index i = 0; i <= iterations; ++i) {
      if (i > 0) solver.step();
      const LossRecord check = solver.check();
      const Matrix<float> W = solver.W();
      const Matrix<float> Ht = solver.Ht();
      directory->add_snapshot(Snapshot<float>{.iteration = i,
                                              .seconds = check.seconds,
                                              .loss = check.loss,
                                              .W = W.view(),
                                              .Ht = Ht.view()});
    }
  }

  /// A small run on pictures of kSide × kSide pixels.
  void write_pictures(Index iterations) const {
    Matrix<float> A(12, kSide * kSide);
    for (Index i = 0; i < A.size(); ++i) {
      A.data()[i] = static_cast<float>(i * 7919 % 101) / 101.0F;
    }
    write_snapshots(A.view(), 3, iterations);
  }

  Outcome render(const Words& more = {}) const {
    Words words{"render", "snapshots"};
    words.insert(words.end(), more.begin(), more.end());
    return run(place, words);
  }

  std::vector<std::string> pictures() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(place.at("snapshots"))) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".npy" && ending != ".jsonl" && ending != ".html") {
        names.push_back(entry.path().filename().string());
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const Workplace place;
};

TEST_F(Render, DrawsFactorsAndLossOfAnyRun) {
  write_pictures(3);
  const Outcome outcome = render();
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(pictures(), ElementsAre("factors.gif", "factors.png", "loss.png"));
  EXPECT_THAT(outcome.out, HasSubstr("drawn  snapshots/factors.gif\n"));
  EXPECT_THAT(read_text(place.at("snapshots/loss.png")), StartsWith("\x89PNG"));
  const Gif gif = parse_gif(read_text(place.at("snapshots/factors.gif")));
  EXPECT_EQ(gif.frames.size(), 3U) << "one for each iteration";
  EXPECT_EQ(gif.frames[0].delay_milliseconds, 200);
}

TEST_F(Render, AnEntryThatNoFactorHasIsNamedAndNothingIsDrawn) {
  write_pictures(2);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> W(12 * 3, 1.0F);
  W[3 * 7 + 2] = kNan;
  place.file("snapshots/W-00000002.npy", npy<float>("<f4", 12, 3, W));
  const Outcome outcome = render();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("snapshots/W-00000002.npy: entry (7, 2) is NaN"));
  EXPECT_TRUE(pictures().empty());
}

TEST_F(Render, OneLargeEntryAmongThoseOfAPixelDoesNotDarkenAllOthers) {
  Matrix<float> A(5000, 3);
  for (Index i = 0; i < A.size(); ++i) A.data()[i] = i / 3 == 7 ? 30.0F : 1.0F;
  write_snapshots(A.view(), 1, 2, "outlier");
  ASSERT_EQ(run(place, {"render", "outlier", "--format", "gif", "--no-report"}).status, 0);
  const Gif gif = parse_gif(read_text(place.at("outlier/factors.gif")));
  int lit = 0;
  for (int y = 0; y < gif.height; ++y) {
    for (int x = 0; x < gif.width; ++x) {
      const Colour& c = gif.at(gif.frames.size() - 1, x, y);
      lit += c[1] > 70 && c[2] - c[0] > 40 ? 1 : 0;  // blue to green, neither purple nor yellow
    }
  }
  EXPECT_GT(lit, gif.width * gif.height / 20);
}

TEST_F(Render, DrawsImagesOfASingleRow) {
  Matrix<float> A(6, 4);
  for (Index i = 0; i < A.size(); ++i) A.data()[i] = static_cast<float>(1 + i % 5);
  write_snapshots(A.view(), 1, 1, "rows");
  const Words words{"render", "rows", "--image-shape", "1,4", "--format", "gif", "--no-report"};
  ASSERT_EQ(run(place, words).status, 0);
  const Gif gif = parse_gif(read_text(place.at("rows/basis.gif")));
  int grey = 0;
  for (int y = 0; y < gif.height; ++y) {
    for (int x = 0; x < gif.width; ++x) {
      const Colour& c = gif.at(gif.frames.size() - 1, x, y);
      grey += c[0] > 60 && c[0] < 240 && c[0] == c[1] && c[1] == c[2] ? 1 : 0;
    }
  }
  EXPECT_GT(grey, gif.width * gif.height / 20);
}

TEST_F(Render, CallsTheLossByItsName) {
  const Matrix<float> A = [] {
    Matrix<float> entries(9, 5);
    for (Index i = 0; i < entries.size(); ++i) entries.data()[i] = static_cast<float>(1 + i % 7);
    return entries;
  }();
  for (const auto& [beta, title] : std::vector<std::pair<double, std::string>>{
           {2, "\u2016A \u2212 W\u00B7H\u2016\u00B2 by iteration"},
           {1, "Kullback-Leibler divergence by iteration"},
           {0, "Itakura-Saito divergence by iteration"},
           {0.5, "\u03B2 = 0.5, by iteration"}}) {
    const std::string name = "beta-" + std::to_string(beta);
    write_snapshots(A.view(), 2, 3, name, beta);
    ASSERT_EQ(run(place, {"render", name, "--format", "svg", "--no-report"}).status, 0);
    EXPECT_THAT(read_text(place.at(name + "/loss.svg")), HasSubstr(title)) << beta;
  }
}

TEST_F(Render, DrawsBasisImagesAndPairsOfImages) {
  write_pictures(2);
  const Outcome outcome = render({"--image-shape", "4,4"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(pictures(), ElementsAre("basis.gif", "basis.png", "factors.gif", "factors.png",
                                      "loss.png", "pairs.gif", "pairs.png"));
  const Gif gif = parse_gif(read_text(place.at("snapshots/basis.gif")));
  EXPECT_EQ(gif.frames.size(), 2U);
}

TEST_F(Render, ShowsNamesAsTheyAreWhateverGnuplotMakesOfSuchText) {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"fat %", "fat %"},           {"%s%n%d", "%s%n%d"},         {"a_b^c", "a_b^c"},
      {"{x}@y&z~", "{x}@y&amp;z~"}, {"b\\n#$", "b\\n#$"},         {"it's \"q\"", "it's \"q\""},
      {"`touch x`", "`touch x`"},   {"'`touch x`", "'`touch x`"}, {"<b>", "&lt;b>"},
      {"\x1B[31m", "[31m"},         {"l\xE9", "l\uFFFD"},         {"\u05E9\u05DC", "\u05E9\u05DC"}};
  std::string table;
  for (const auto& [name, seen] : shown) {
    std::string cell = name;
    for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2) {
      cell.insert(at, 1, '"');
    }
    table += ",\"" + cell + "\"";
  }
  table = "id" + table + "\n";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    table += "\"" + (i == 5 ? "it's" : shown[i].first) + "\"";
    for (std::size_t j = 0; j < shown.size(); ++j) table += "," + std::to_string(1 + i * j % 5);
    table += "\n";
  }
  place.file("names.csv", table);
  ASSERT_EQ(run(place, {"factorize", "names.csv", "--rank", "2", "--max-iterations", "2", "--out",
                        "run", "--snapshots", "snapshots", "--no-pictures", "--quiet"})
                .status,
            0);
  const Outcome outcome =
      render({"--format", "svg,gif", "--image-shape", "3,4", "--no-report", "--size", "2400x600"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const std::string factors = read_text(place.at("snapshots/factors.svg"));
  for (const auto& [name, seen] : shown) EXPECT_THAT(factors, HasSubstr(seen)) << name;
  const std::string pairs = read_text(place.at("snapshots/pairs.svg"));
  for (const char* seen : {"fat %", "'`touch x`"}) EXPECT_THAT(pairs, HasSubstr(seen));
  EXPECT_EQ(factors.find('\x1B'), std::string::npos) << "it would be no XML";
  EXPECT_FALSE(fs::exists(place.at("x"))) << "a name ran a command";
}

TEST_F(Render, ShowsPixelsThatNobodyObservedInAColourOfTheirOwn) {
  const auto bluish_pixels = [&](const std::string& name, bool missing) {
    Matrix<float> A(6, kSide * kSide);
    for (Index i = 0; i < A.size(); ++i) A.data()[i] = static_cast<float>(1 + i * 7919 % 101);
    if (missing) A(0, 5) = std::nanf("");
    write_snapshots(A.view(), 2, 2, name);
    const Words words{"render", name, "--image-shape", "4,4", "--format", "gif", "--no-report"};
    EXPECT_EQ(run(place, words).status, 0);
    const Gif gif = parse_gif(read_text(place.at(name + "/pairs.gif")));
    int count = 0;
    for (int y = 0; y < gif.height; ++y) {
      for (int x = 0; x < gif.width; ++x) {
        const Colour& c = gif.at(0, x, y);
        count += c[2] - c[0] > 60 && c[2] - c[1] > 40 ? 1 : 0;
      }
    }
    return count;
  };
  EXPECT_EQ(bluish_pixels("complete", false), 0);
  EXPECT_GT(bluish_pixels("missing", true), 50);
}

TEST_F(Render, ShowsTheTrueShadesOfBasisImages) {
  write_pictures(1);
  ASSERT_EQ(render({"--image-shape", "4,4", "--format", "gif"}).status, 0);
  const Gif gif = parse_gif(read_text(place.at("snapshots/basis.gif")));
  const MatrixFile file = SnapshotDirectoryReader(place.at("snapshots")).open_h(1);
  const auto H = file.view().as<float>();
  // Every shade of each image occurs as often as it should, against all pixels of its kind.
  float largest = 0;
  for (Index j = 0; j < H.cols(); ++j) largest = std::max(largest, H(0, j));
  // Component 1 is the leftmost image: find its top left pixel, then sample each cell's middle.
  const auto is_grey = [&](int x, int y) {
    const Colour& c = gif.at(0, x, y);
    return std::abs(c[0] - c[1]) < 6 && std::abs(c[1] - c[2]) < 6 && c[0] < 250;
  };
  int left = gif.width;
  int top = gif.height;
  int bottom = 0;
  for (int y = 40; y < gif.height; ++y) {
    for (int x = 0; x < gif.width / 3; ++x) {
      if (!is_grey(x, y)) continue;
      left = std::min(left, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  const double cell = (bottom - top + 1) / static_cast<double>(kSide);
  ASSERT_GT(cell, 10);
  for (Index p = 0; p < kSide * kSide; ++p) {
    const Index row = p / kSide;
    const Index column = p % kSide;
    const int x = left + static_cast<int>((static_cast<double>(column) + 0.5) * cell);
    const int y = top + static_cast<int>((static_cast<double>(row) + 0.5) * cell);
    EXPECT_NEAR(gif.at(0, x, y)[0], 255 * H(0, p) / largest, 4) << "pixel " << p;
  }
}

TEST_F(Render, DrawsPointsOfDataWithTwoColumns) {
  Matrix<float> A(30, 2);
  for (Index i = 0; i < 30; ++i) {
    A(i, 0) = static_cast<float>(i) / 7.0F;
    A(i, 1) = static_cast<float>(i * i % 23) / 9.0F;
  }
  write_snapshots(A.view(), 2, 60);
  const Outcome outcome = render({"--format", "gif,svg", "--size", "500x225"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Gif gif = parse_gif(read_text(place.at("snapshots/learning.gif")));
  EXPECT_EQ(gif.width, 500);
  EXPECT_EQ(gif.height, 225);
  EXPECT_EQ(gif.frames.size(), 50U) << "of 60 snapshots";
  const std::string svg = read_text(place.at("snapshots/learning.svg"));
  EXPECT_THAT(svg, HasSubstr("width=\"500\" height=\"225\""));
  EXPECT_THAT(svg, HasSubstr("iteration 60"));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
}

TEST_F(Render, WritesToAnotherDirectoryAndTellsInJson) {
  write_pictures(1);
  const Outcome outcome = render({"-o", "pictures", "--format", "svg", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(pictures(), ElementsAre());
  const auto record = nlohmann::json::parse(outcome.out);
  EXPECT_THAT(record["pictures"], ElementsAre("pictures/factors.svg", "pictures/loss.svg"));
  EXPECT_TRUE(fs::exists(place.at("pictures/loss.svg")));
  EXPECT_EQ(record["report"], "pictures/report.html");
}

TEST_F(Render, WritesTheReportUnlessToldNotTo) {
  write_pictures(1);
  ASSERT_EQ(render({"--format", "png", "--no-report"}).status, 0);
  EXPECT_FALSE(fs::exists(place.at("snapshots/report.html")));
  const Outcome outcome = render({"--format", "png"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.out, HasSubstr("written  snapshots/report.html\n"));
  EXPECT_THAT(read_text(place.at("snapshots/report.html")), StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(render({"--format", "png"}).status, 0) << "its own report is replaced";

  place.file("snapshots/report.html", "<p>my thesis</p>");
  const Outcome refused = render({"--format", "png"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.error, HasSubstr("report.html: exists and was not written by nonneg"));
  EXPECT_EQ(read_text(place.at("snapshots/report.html")), "<p>my thesis</p>");
  EXPECT_EQ(render({"--format", "png", "--overwrite"}).status, 0);
}

TEST_F(Render, FindsTheSnapshotsOfARun) {
  write_pictures(1);
  fs::create_directory(place.at("run"));
  place.file("run/run.json", R"({"snapshots": ")" + place.at("snapshots") + "\"}");
  EXPECT_EQ(run(place, {"render", "run", "--format", "png"}).status, 0);
  EXPECT_THAT(pictures(), ElementsAre("factors.png", "loss.png"));
  place.file("run/run.json", "{}");
  const Outcome outcome = run(place, {"render", "run"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.error, HasSubstr("is a run without snapshots"));
}

TEST_F(Render, ReplacesItsOwnPicturesAndNoOthers) {
  write_pictures(1);
  for (const char* format : {"gif", "png", "svg"}) {
    ASSERT_EQ(render({"--format", format}).status, 0);
    EXPECT_EQ(render({"--format", format}).status, 0) << format;
  }
  place.file("snapshots/loss.png", "a photograph");
  const Outcome outcome = render();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("loss.png: exists and was not drawn by nonneg"));
  EXPECT_EQ(read_text(place.at("snapshots/loss.png")), "a photograph");
  EXPECT_EQ(render({"--overwrite"}).status, 0);
  EXPECT_THAT(read_text(place.at("snapshots/loss.png")), StartsWith("\x89PNG"));
}

TEST_F(Render, OnAFullDiskLeavesTheOlderPicture) {
  write_pictures(1);
  ASSERT_EQ(render({"--format", "png"}).status, 0);
  const std::string older = read_text(place.at("snapshots/factors.png"));
  const Outcome outcome =
      run_in_shell(place, "ulimit -f 4; exec \"$NONNEG\" render snapshots --format png");
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.error, HasSubstr("File too large"));
  EXPECT_EQ(read_text(place.at("snapshots/factors.png")), older);
  EXPECT_THAT(pictures(), ElementsAre("factors.png", "loss.png"));
}

TEST_F(Render, SaysWhichPackageHasGnuplot) {
  write_pictures(1);
  const Outcome outcome = run_in_shell(place, "PATH=/none exec \"$NONNEG\" render snapshots");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr("apt-get install gnuplot-nox"));
  EXPECT_THAT(pictures(), ElementsAre());
}

TEST_F(Render, GivesTheWordsOfAGnuplotThatFails) {
  write_pictures(1);
  fs::create_directory(place.at("bin"));
  place.file("bin/gnuplot", "#!/bin/sh\necho '         line 3: no more colours' >&2\nexit 1\n");
  fs::permissions(place.at("bin/gnuplot"), fs::perms::owner_all);
  const Outcome outcome =
      run_in_shell(place, "PATH=$PWD/bin:$PATH exec \"$NONNEG\" render snapshots");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr("could not draw the picture: line 3: no more colours"));
}

TEST_F(Render, IsNotMisledByTheUsersGnuplotSettings) {
  write_pictures(1);
  place.file(".gnuplot", "set output 'elsewhere.png'\nset terminal dumb\n");
  EXPECT_EQ(run_in_shell(place, "HOME=$PWD exec \"$NONNEG\" render snapshots").status, 0);
  EXPECT_EQ(place.entries(), (Words{".gnuplot", "snapshots"}));
}

TEST_F(Render, RefusesAnImageShapeThatIsNotTheMatrixs) {
  write_pictures(1);
  for (const char* shape :
       {"4,5", "16", "4x4", "0,16", "-4,-4", "4,4,1", "4294967296,4294967296"}) {
    const Outcome outcome = render({"--image-shape", shape});
    EXPECT_EQ(outcome.status, 2) << shape;
    EXPECT_THAT(outcome.error, HasSubstr(shape));
  }
  EXPECT_THAT(render({"--image-shape", "4,5"}).error, HasSubstr("the 16 columns of the matrix"));
}

TEST_F(Render, RefusesSizesAndFormatsThatItDoesNotHave) {
  write_pictures(1);
  for (const char* size : {"0x100", "100", "10x10", "100000x100000", "1000,450"}) {
    EXPECT_EQ(render({"--size", size}).status, 2) << size;
  }
  const Outcome outcome = render({"--format", "png,gfi"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("did you mean gif?"));
  EXPECT_EQ(run(place, {"render"}).status, 2);
}

TEST_F(Render, SaysWhyADirectoryCannotBeRead) {
  EXPECT_THAT(render().error, HasSubstr("snapshots: is no directory"));
  EXPECT_EQ(render().status, 6);
  fs::create_directory(place.at("snapshots"));
  EXPECT_THAT(render().error, HasSubstr("holds no snapshots.jsonl"));
  place.file("snapshots/snapshots.jsonl", "not JSON\n");
  EXPECT_THAT(render().error, HasSubstr("line 1: no JSON object"));
  EXPECT_EQ(render().status, 6);
}

TEST_F(Render, NamesTheSnapshotFileThatIsMissing) {
  write_pictures(1);
  fs::remove(place.at("snapshots/H-00000001.npy"));
  const Outcome outcome = render();
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.error, HasSubstr("H-00000001.npy"));
}

}  // namespace
}  // namespace nonneg::test
