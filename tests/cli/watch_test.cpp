// SPDX-License-Identifier: Apache-2.0
// factorize with --snapshots and --live: what is kept, what is refused, what a failure leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/snapshot_directory.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

struct Watch : testing::Test {
  Watch() { place.file("A.npy", random_npy(20, 12)); }

  Outcome factorize(const Words& more) const {
    return run(place, with({"factorize", "A.npy", "--rank", "2", "--max-iterations", "21",
                            "--tolerance", "0", "--out", "run"},
                           more));
  }
  /// With snapshots, and without the time that pictures take.
  Outcome snapshots(const Words& more = {}) const {
    return factorize(with({"--snapshots", "snaps", "--no-pictures"}, more));
  }
  std::vector<Index> iterations() const {
    std::vector<Index> all;
    const SnapshotDirectoryReader reader(place.at("snaps"));
    for (const SnapshotEntry& entry : reader.snapshots()) all.push_back(entry.iteration);
    return all;
  }
  std::string bytes(const std::string& name) const { return read_text(place.at(name)); }

  Workplace place;
};

TEST_F(Watch, SnapshotsAreOfTheRunAndTheFactorsAreTheSameBytesWithout) {
  const Outcome outcome = snapshots();
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_TRUE(outcome.out.ends_with("\nsnapshots       snaps\n")) << outcome.out;
  EXPECT_EQ(iterations(), (std::vector<Index>{0, 1, 2, 4, 8, 16, 21}));
  EXPECT_EQ(bytes("snaps/W-00000021.npy"), bytes("run/W.npy"));
  EXPECT_EQ(bytes("snaps/H-00000021.npy"), bytes("run/H.npy"));
  EXPECT_EQ(bytes("snaps/data.npy"), bytes("A.npy"));
  const SnapshotDirectoryReader reader(place.at("snaps"));
  EXPECT_EQ(reader.run().rank, 2);
  EXPECT_EQ(reader.run().output, fs::canonical(place.at("run")).string());
  EXPECT_EQ(reader.checks().back().iteration, 21);
  ASSERT_TRUE(reader.end().has_value());
  EXPECT_EQ(reader.end()->stop_reason, "iteration_limit");
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["snapshots"], fs::canonical(place.at("snaps")).string());
  EXPECT_EQ(record["snapshots_skipped"], 0);

  const std::string watched = bytes("run/W.npy") + bytes("run/H.npy");
  ASSERT_EQ(factorize({"--overwrite"}).status, 0);
  EXPECT_EQ(bytes("run/W.npy") + bytes("run/H.npy"), watched);
}

TEST_F(Watch, SchedulesAndSamples) {
  ASSERT_EQ(snapshots({"--snapshot-every", "10", "--snapshot-rows", "5"}).status, 0);
  EXPECT_EQ(iterations(), (std::vector<Index>{0, 10, 20, 21}));
  EXPECT_EQ(MatrixFile::open(place.at("snaps/W-00000010.npy")).view().rows(), 5);
  EXPECT_EQ(SnapshotDirectoryReader(place.at("snaps")).run().w_rows,
            (std::vector<Index>{0, 4, 8, 12, 16}));

  ASSERT_EQ(snapshots({"--snapshot-at", "1,5,9", "--overwrite"}).status, 0);
  EXPECT_EQ(iterations(), (std::vector<Index>{0, 1, 5, 9, 21}));
  ASSERT_EQ(snapshots({"--snapshot-seconds", "1000", "--overwrite"}).status, 0);
  EXPECT_EQ(iterations(), (std::vector<Index>{0, 21}));
}

TEST_F(Watch, PicturesAndAReportAreThereAtTheEnd) {
  const Outcome outcome =
      factorize({"--snapshots", "snaps", "--snapshot-at", "5", "--image-shape", "3,4"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.error.find("warning"), std::string::npos) << outcome.error;
  for (const char* name : {"loss.png", "basis.gif", "basis.png", "factors.gif", "report.html"}) {
    EXPECT_GT(bytes(std::string("snaps/") + name).size(), 1000U) << name;
  }
}

struct RefusedWatch : Watch, testing::WithParamInterface<std::pair<Words, std::string>> {};

TEST_P(RefusedWatch, BeforeTheWorkAndNothingIsLeft) {
  const auto& [words, named] = GetParam();
  const Outcome outcome = factorize(words);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find(named), std::string::npos) << outcome.error;
  EXPECT_EQ(place.entries(), (Words{"A.npy"}));
}

INSTANTIATE_TEST_SUITE_P(
    Options, RefusedWatch,
    testing::Values(
        std::pair{Words{"--snapshots", "run"}, "is --out as well"},
        std::pair{Words{"--snapshots", "run/snaps"}, "lies within --out run"},
        std::pair{Words{"--snapshots", "A.npy"}, "--snapshots A.npy: is a file"},
        std::pair{Words{"--snapshot-every", "5"}, "add --snapshots DIR or --live"},
        std::pair{Words{"--snapshots", "s", "--snapshot-every", "0"}, "--snapshot-every 0"},
        std::pair{Words{"--snapshots", "s", "--snapshot-seconds", "0"}, "--snapshot-seconds 0"},
        std::pair{Words{"--snapshots", "s", "--snapshot-rows", "-3"}, "--snapshot-rows -3"},
        std::pair{Words{"--snapshots", "s", "--snapshot-at", "3,2"}, "--snapshot-at 3,2"},
        std::pair{Words{"--snapshots", "s", "--snapshot-at", "3,x"}, "--snapshot-at"},
        std::pair{Words{"--snapshots", "s", "--snapshot-at", "3", "--snapshot-every", "2"},
                  "give one of them at most"},
        std::pair{Words{"--snapshots", "s", "--image-shape", "5,5"}, "--image-shape 5,5"},
        std::pair{Words{"--live", "99999"}, "--live 99999"},
        std::pair{Words{"--live", "80x"}, "--live"}));

TEST_F(Watch, SnapshotsThatAreThereAreKeptUnlessOverwriteIsAskedFor) {
  ASSERT_EQ(snapshots({"--seed", "7"}).status, 0);
  const std::string before = bytes("snaps/snapshots.jsonl");
  fs::remove_all(place.at("run"));
  const Outcome refused = snapshots();
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.error.find("--overwrite"), std::string::npos) << refused.error;
  EXPECT_EQ(bytes("snaps/snapshots.jsonl"), before);
  EXPECT_EQ(snapshots({"--overwrite"}).status, 0);
  EXPECT_NE(bytes("snaps/snapshots.jsonl"), before);
}

TEST_F(Watch, OtherFilesAreNeverReplaced) {
  fs::create_directory(place.at("snaps"));
  place.file("snaps/thesis.txt", "years of work");
  EXPECT_EQ(snapshots({"--overwrite"}).status, 2);
  EXPECT_EQ(bytes("snaps/thesis.txt"), "years of work");
}

TEST_F(Watch, BadDataLeavesNoSnapshots) {
  place.file("bad.npy", npy<float>("<f4", 2, 2, {1, 2, -3, 4}));
  const Outcome outcome =
      run(place, {"factorize", "bad.npy", "--rank", "1", "--out", "run", "--snapshots", "snaps"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "bad.npy"}));
}

TEST_F(Watch, ASnapshotThatCannotBeKeptEndsTheRunAndTheFactorsReachedAreThere) {
  // No file beyond 16 blocks: the index outgrows that, the factors do not.
  const Outcome outcome = run_in_shell(
      place,
      "ulimit -f 16; \"$NONNEG\" factorize A.npy --rank 2 --out run --max-iterations 1000000 "
      "--tolerance 0 --check-every 1000000 --snapshots snaps --snapshot-every 1 --no-pictures");
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.error.find("a snapshot could not be kept"), std::string::npos) << outcome.error;
  EXPECT_NE(outcome.error.find("snapshots.jsonl"), std::string::npos) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_LT(record["iterations"], 1000000);
  // What was kept can be read.
  const SnapshotDirectoryReader reader(place.at("snaps"));
  ASSERT_GT(reader.snapshots().size(), 10U);
  const std::size_t last = reader.snapshots().size() - 1;
  EXPECT_EQ(reader.open_w(last).view().rows(), 20);
}

TEST_F(Watch, LiveSaysItsAddressAndEndsWithTheRun) {
  const Outcome outcome = factorize({"--live", "--live-linger", "0"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("nonneg: live at http://127.0.0.1:"), std::string::npos)
      << outcome.error;
  EXPECT_TRUE(fs::exists(place.at("run/run.json")));
}

#ifndef __SANITIZE_ADDRESS__  // which takes terabytes of addresses itself
TEST_F(Watch, EndsWithAnErrorOrWellWhateverItIsLeftOfMemoryAndFiles) {
  for (const char* limit : {"-v 160000", "-v 240000", "-n 5", "-n 9"}) {
    const Outcome outcome = run_in_shell(
        place,
        std::string("ulimit ") + limit +
            "; exec \"$NONNEG\" factorize A.npy --rank 2 --max-iterations 5 --backend cpu "
            "--out run --overwrite --snapshots snaps --live --live-linger 0 --no-pictures --quiet");
    EXPECT_THAT(outcome.status, testing::AnyOf(0, 3, 4, 6, 127)) << limit << ": " << outcome.error;
    EXPECT_THAT(outcome.error, testing::Not(testing::HasSubstr("terminate called"))) << limit;
  }
}
#endif

}  // namespace
}  // namespace nonneg::test
