// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

Outcome factorize(const Workplace& place, const std::string& out, Words more = {}) {
  Words words{"factorize", "A.npy", "--rank", "2", "--max-iterations", "3", "--out", out};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

struct Output : testing::Test {
  Output() { place.file("A.npy", random_npy(6, 5)); }
  Workplace place;
};

TEST_F(Output, IsADirectoryOfThreeFiles) {
  ASSERT_EQ(factorize(place, "run").status, 0);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
  const MatrixFile W = MatrixFile::open(place.at("run/W.npy"));
  const MatrixFile H = MatrixFile::open(place.at("run/H.npy"));
  EXPECT_EQ(W.view().rows(), 6);
  EXPECT_EQ(W.view().cols(), 2);
  EXPECT_EQ(H.view().rows(), 2);
  EXPECT_EQ(H.view().cols(), 5);
  EXPECT_EQ(read_json(place.at("run/run.json"))["command"], "factorize");
}

TEST_F(Output, MayEndInASlash) {
  ASSERT_EQ(factorize(place, "run//").status, 0);
  EXPECT_TRUE(fs::exists(place.at("run/run.json")));
  EXPECT_EQ(factorize(place, "./run/.", {"--overwrite"}).status, 0);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
}

TEST_F(Output, ThatExistsIsRefusedBeforeAnyWork) {
  ASSERT_EQ(factorize(place, "run", {"--seed", "7"}).status, 0);
  // The input does not even exist.
  const Outcome outcome = run(place, {"factorize", "none.npy", "--rank", "2", "--out", "run"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("--overwrite"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["seed"], 7);
}

TEST_F(Output, IsReplacedWhenAsked) {
  ASSERT_EQ(factorize(place, "run", {"--seed", "7"}).status, 0);
  ASSERT_EQ(factorize(place, "run", {"--seed", "8", "--overwrite"}).status, 0);
  EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["seed"], 8);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
}

TEST_F(Output, MayReplaceAnEmptyDirectory) {
  fs::create_directory(place.at("run"));
  EXPECT_EQ(factorize(place, "run").status, 2);
  EXPECT_EQ(factorize(place, "run", {"--overwrite"}).status, 0);
  EXPECT_TRUE(fs::exists(place.at("run/W.npy")));
}

TEST_F(Output, NeverReplacesOtherFilesOfTheUsers) {
  fs::create_directory(place.at("home"));
  place.file("home/thesis.txt", "years of work");
  Outcome outcome = factorize(place, "home", {"--overwrite"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("thesis.txt"), std::string::npos) << outcome.error;
  // Nor in a directory that holds a run as well.
  ASSERT_EQ(factorize(place, "run").status, 0);
  place.file("run/notes.txt", "mine");
  outcome = factorize(place, "run", {"--overwrite"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("notes.txt"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_text(place.at("run/notes.txt")), "mine");
  outcome = factorize(place, "A.npy", {"--overwrite"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(read_text(place.at("home/thesis.txt")), "years of work");
}

TEST_F(Output, ThroughALinkReplacesWhatTheLinkPointsTo) {
  ASSERT_EQ(factorize(place, "run").status, 0);
  fs::create_directory_symlink("run", place.at("link"));
  ASSERT_EQ(factorize(place, "link", {"--overwrite", "--seed", "9"}).status, 0);
  EXPECT_TRUE(fs::is_symlink(place.at("link")));
  EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["seed"], 9);
}

TEST_F(Output, HasItsParentsMadeAndRemovedAgainWhereTheRunFails) {
  EXPECT_EQ(factorize(place, "a/b/run").status, 0);
  EXPECT_TRUE(std::filesystem::exists(place.at("a/b/run/W.npy")));
  EXPECT_EQ(run(place, {"reconstruct", "a/b/run", "--out", "c/d/Y.npy"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(place.at("c/d/Y.npy")));
  EXPECT_EQ(run(place, {"demo", "line", "--out", "e/f", "--quiet"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(place.at("e/f/line.png")));
  EXPECT_EQ(run(place, {"factorize", "A.npy", "--rank", "2", "--out", "g/run", "--snapshots",
                        "h/i/snaps", "--quiet", "--no-pictures"})
                .status,
            0);
  EXPECT_EQ(
      run(place, {"render", "h/i/snaps", "--out", "j/k", "--quiet", "--format", "png"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(place.at("j/k/loss.png")));

  EXPECT_EQ(run(place, {"factorize", "none.npy", "--rank", "2", "--out", "x/y/run", "--snapshots",
                        "z/snaps"})
                .status,
            6);
  EXPECT_EQ(run(place, {"reconstruct", "none", "--out", "x/Y.npy"}).status, 6);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "a", "c", "e", "g", "h", "j"}));

  const Outcome below_a_file = factorize(place, "A.npy/run");
  EXPECT_EQ(below_a_file.status, 6);
  EXPECT_NE(below_a_file.error.find("Not a directory"), std::string::npos) << below_a_file.error;
}

TEST_F(Output, InADirectoryThatCannotBeWrittenIsAnIoError) {
  const Outcome outcome = factorize(place, "/proc/run");
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("cannot write in /proc"), std::string::npos) << outcome.error;
  if (geteuid() == 0) return;
  fs::create_directory(place.at("locked"));
  fs::permissions(place.at("locked"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(factorize(place, "locked/run").status, 6);
}

TEST_F(Output, EmptyOrMissingIsBadUsage) {
  EXPECT_EQ(factorize(place, "").status, 2);
  EXPECT_EQ(factorize(place, "/").status, 2);
  const Outcome outcome = run(place, {"factorize", "A.npy", "--rank", "2"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("--out"), std::string::npos) << outcome.error;
}

TEST_F(Output, OnAFullDiskLeavesTheOlderRunAndNoPartialFile) {
  place.file("B.npy", random_npy(3000, 40));
  ASSERT_EQ(factorize(place, "run", {"--seed", "7"}).status, 0);
  // A limit on the size of files stands in for a full disk; its unit is 512 or 1024 bytes.
  const Outcome outcome =
      run_in_shell(place,
                   "ulimit -f 8; exec \"$NONNEG\" factorize B.npy --rank 8 --max-iterations 1 "
                   "--out run --overwrite --quiet");
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("File too large"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["seed"], 7);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "B.npy", "run"}));
}

TEST_F(Output, OfReconstructOnAFullDiskLeavesTheOlderFile) {
  place.file("B.npy", random_npy(300, 400));
  ASSERT_EQ(
      run(place, {"factorize", "B.npy", "--rank", "2", "--max-iterations", "1", "--out", "run"})
          .status,
      0);
  place.file("C.npy", "older");
  const Outcome outcome =
      run_in_shell(place, "ulimit -f 8; exec \"$NONNEG\" reconstruct run --out C.npy --overwrite");
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("File too large"), std::string::npos) << outcome.error;
  EXPECT_EQ(read_text(place.at("C.npy")), "older");
  EXPECT_EQ(place.entries(), (Words{"A.npy", "B.npy", "C.npy", "run"}));
}

TEST_F(Output, FileThatExistsIsRefusedUnlessAsked) {
  ASSERT_EQ(factorize(place, "run").status, 0);
  place.file("B.npy", "older");
  Outcome outcome = run(place, {"reconstruct", "run", "--out", "B.npy"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(read_text(place.at("B.npy")), "older");
  outcome = run(place, {"reconstruct", "run", "--out", "B.npy", "--overwrite"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(MatrixFile::open(place.at("B.npy")).view().rows(), 6);
}

TEST_F(Output, PlansHaveColumnsThatStandApartAndSayWhereTheyCountNoFurther) {
  const Outcome outcome = run(place, {"plan", "A.npy", "--rank", "100000000000000000"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find(">288 PB   >288230376151711744  "), std::string::npos) << outcome.out;
}

TEST_F(Output, FileMustBeAnNpyFile) {
  ASSERT_EQ(factorize(place, "run").status, 0);
  EXPECT_EQ(run(place, {"reconstruct", "run", "--out", "B.csv"}).status, 2);
  EXPECT_EQ(run(place, {"reconstruct", "run", "--out", "run"}).status, 2);
  EXPECT_EQ(run(place, {"transform", "A.npy", "--model", "run", "--out", "run/"}).status, 2);
  EXPECT_EQ(run(place, {"reconstruct", "none", "--out", "B.npy"}).status, 6);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
}

TEST_F(Output, ToAFullStandardOutputIsAnIoError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  const Outcome outcome = run_in_shell(place, "\"$NONNEG\" info > /dev/full");
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("No space left"), std::string::npos) << outcome.error;
}

TEST_F(Output, WhatIsSaidToAClosedStreamIsWrittenNowhereElse) {
  const std::string line =
      "\"$NONNEG\" factorize A.npy --rank 1 --out run --snapshots s --max-iterations 40 "
      "--tolerance "
      "0 --check-every 1";
  ASSERT_EQ(run_in_shell(place, line + " 2>&- <&-").status, 0);
  std::istringstream lines(read_text(place.at("s/snapshots.jsonl")));
  for (std::string one; std::getline(lines, one);) {
    EXPECT_TRUE(nlohmann::json::accept(one)) << one;
  }
  const Outcome unsaid = run_in_shell(place, line + " --overwrite --json >&-");
  EXPECT_EQ(unsaid.status, 6) << unsaid.error;
  EXPECT_NE(unsaid.error.find("standard output"), std::string::npos) << unsaid.error;
}

TEST_F(Output, ToAClosedStandardErrorIsNoReasonToFail) {
  EXPECT_EQ(run_in_shell(place, "\"$NONNEG\" factorize A.npy --rank 1 --out run 2>&-").status, 0);
}

}  // namespace
}  // namespace nonneg::test
