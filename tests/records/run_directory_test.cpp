// SPDX-License-Identifier: Apache-2.0
#include "records/run_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "nonneg/error.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::records {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

struct RunDirectoryTest : testing::Test {
  RunDirectoryTest() {
    fs::create_directory(place);
    W(0, 0) = W(1, 0) = 1;
    Ht(0, 0) = 2;
  }
  ~RunDirectoryTest() override { fs::remove_all(place); }

  std::string at(const std::string& name) const { return (place / name).string(); }
  void make_file(const std::string& name) const { const std::ofstream file(at(name)); }
  Names entries() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(place)) names.insert(entry.path().filename());
    return names;
  }
  void write(RunDirectory& directory, int seed) const {
    directory.write<float>(W.view(), Ht.view(), {{"seed", seed}});
  }
  int seed_in(const std::string& run) const {
    std::ifstream file(at(run + "/run.json"));
    return nlohmann::json::parse(file)["seed"];
  }
  /// What RunDirectory says of a place that it refuses.
  static std::string refusal(const std::string& path, bool overwrite,
                             const io::OutputNames& names = {}) {
    try {
      const RunDirectory directory(path, overwrite, io::OutputGuard::none(), names);
    } catch (const InvalidArgument& e) {
      return e.what();
    }
    return "";
  }

  fs::path place = fs::temp_directory_path() / ("run_directory_test." + std::to_string(getpid()));
  Matrix<float> W{2, 1};
  Matrix<float> Ht{1, 1};
};

TEST_F(RunDirectoryTest, AppearsWhenItIsComplete) {
  RunDirectory directory(at("run"), false);
  EXPECT_TRUE(entries().empty());
  write(directory, 1);
  EXPECT_EQ(entries(), Names{"run"});
  EXPECT_EQ(seed_in("run"), 1);
}

TEST_F(RunDirectoryTest, NeverWrittenLeavesNothing) {
  { const RunDirectory directory(at("run"), false); }
  EXPECT_TRUE(entries().empty());
}

TEST_F(RunDirectoryTest, ReplacesAnOlderRunWhole) {
  RunDirectory older(at("run"), false);
  write(older, 1);
  RunDirectory directory(at("run"), true);
  EXPECT_EQ(seed_in("run"), 1);
  write(directory, 2);
  EXPECT_EQ(entries(), Names{"run"});
  EXPECT_EQ(seed_in("run"), 2);
}

TEST_F(RunDirectoryTest, KeepsTheResultWhenAnotherProgramTookItsName) {
  RunDirectory directory(at("run"), false);
  fs::create_directory(at("run"));
  make_file("run/theirs");
  EXPECT_THROW(write(directory, 1), IoError);
  EXPECT_EQ(entries(), (Names{"run", "run.result"}));
  EXPECT_EQ(seed_in("run.result"), 1);
  EXPECT_TRUE(fs::exists(at("run/theirs")));
}

TEST_F(RunDirectoryTest, TakesNamesAsLongAsTheyCome) {
  const std::string name(255, 'x');
  RunDirectory directory(at(name), false);
  write(directory, 1);
  EXPECT_EQ(entries(), Names{name});
}

TEST_F(RunDirectoryTest, CallsTheOptionsAsItsCallerDoes) {
  fs::create_directory(at("run"));
  make_file("run/notes.txt");
  EXPECT_EQ(refusal(at("run"), false),
            "output " + at("run") + ": exists already; name another directory, or set overwrite");
  EXPECT_EQ(refusal(at("run"), true),
            "output " + at("run") +
                ": holds notes.txt, which is not part of a run, so overwrite leaves it alone; name "
                "another directory, or move that file away");
  EXPECT_EQ(refusal(at("run"), false, {.place = "--out", .set_overwrite = "add --overwrite"}),
            "--out " + at("run") + ": exists already; name another directory, or add --overwrite");
  EXPECT_EQ(refusal("", false), "output is empty: name the place for the results");
}

}  // namespace
}  // namespace nonneg::records
