#include "records/run_directory.hpp"

#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::cli {
namespace {

using test::Words;
using test::Workplace;

struct RunDirectoryTest : testing::Test {
  RunDirectoryTest() {
    W(0, 0) = W(1, 0) = 1;
    Ht(0, 0) = 2;
  }
  void write(RunDirectory& directory, int seed) const {
    directory.write<float>(W.view(), Ht.view(), {{"seed", seed}});
  }
  Workplace place;
  Interrupt interrupt;
  Matrix<float> W{2, 1};
  Matrix<float> Ht{1, 1};
};

TEST_F(RunDirectoryTest, AppearsWhenItIsComplete) {
  RunDirectory directory(place.at("run"), false, interrupt);
  EXPECT_TRUE(place.entries().empty());
  write(directory, 1);
  EXPECT_EQ(place.entries(), Words{"run"});
  EXPECT_EQ(test::read_json(place.at("run/run.json"))["seed"], 1);
}

TEST_F(RunDirectoryTest, NeverWrittenLeavesNothing) {
  { const RunDirectory directory(place.at("run"), false, interrupt); }
  EXPECT_TRUE(place.entries().empty());
}

TEST_F(RunDirectoryTest, KeepsTheResultWhenAnotherProgramTookItsName) {
  RunDirectory directory(place.at("run"), false, interrupt);
  std::filesystem::create_directory(place.at("run"));
  place.file("run/theirs", "");
  EXPECT_THROW(write(directory, 1), IoError);
  const Words entries = place.entries();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(test::read_json(place.at(entries[0] + "/run.json"))["seed"], 1);
  EXPECT_TRUE(std::filesystem::exists(place.at("run/theirs")));
}

TEST_F(RunDirectoryTest, TakesNamesAsLongAsTheyCome) {
  const std::string name(255, 'x');
  RunDirectory directory(place.at(name), false, interrupt);
  write(directory, 1);
  EXPECT_EQ(place.entries(), Words{name});
}

}  // namespace
}  // namespace nonneg::cli
