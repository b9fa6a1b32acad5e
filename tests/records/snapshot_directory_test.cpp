// SPDX-License-Identifier: Apache-2.0
#include "nonneg/snapshot_directory.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "records/directory_fixture.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Directory : public SnapshotDirectoryTest {
 protected:
  std::vector<std::string> lines() const {
    std::ifstream index(file("snapshots.jsonl"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(index, line);) lines.push_back(line);
    return lines;
  }

  /// Runs `body` in a process of its own, whose files may have that many bytes, as on a full disk.
  /// Returns its exit status: 0 where body returns, 6 where it throws IoError.
  template <class Body>
  static int with_file_limit(rlim_t bytes, const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      try {
        body();
        ::_exit(0);
      } catch (const IoError&) {
        ::_exit(6);
      } catch (...) {
        ::_exit(1);
      }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
};

TEST_F(Directory, GivesBackWhatWasWritten) {
  SnapshotRun run = small_run();
  run.data_source = "/data/faces.npy";
  run.output = "/runs/faces";
  run.image_rows = 1;
  run.image_cols = kCols;
  run.row_names = {"a", "b", "c", "\xC3\xA4 \"", "e"};
  run.column_names = {"x", "y", "z"};
  {
    const auto directory = create(run);
    add_snapshot<float>(*directory, run, 0);
    directory->add_check({.iteration = 10, .seconds = 2, .loss = 3, .objective = 4});
    add_snapshot<float>(*directory, run, 10);
    directory->end({.stop_reason = "failed",
                    .message = "no space",
                    .iterations = 12,
                    .seconds = 7,
                    .skipped = 1});
  }
  const SnapshotDirectoryReader reader(path());
  EXPECT_EQ(reader.run().seed, run.seed);
  EXPECT_EQ(reader.run().rank, kRank);
  EXPECT_EQ(reader.run().algorithm, "hals");
  EXPECT_EQ(reader.run().data, "");
  EXPECT_EQ(reader.run().data_source, run.data_source);
  EXPECT_EQ(reader.run().output, run.output);
  EXPECT_EQ(reader.run().image_cols, kCols);
  EXPECT_EQ(reader.run().row_names, run.row_names);
  EXPECT_EQ(reader.run().column_names, run.column_names);
  EXPECT_EQ(reader.run().started.size(), std::string("2026-11-24T12:00:00Z").size());
  ASSERT_EQ(reader.checks().size(), 1U);
  EXPECT_EQ(reader.checks()[0].iteration, 10);
  EXPECT_EQ(reader.checks()[0].objective, 4);
  ASSERT_EQ(reader.snapshots().size(), 2U);
  EXPECT_EQ(reader.snapshots()[1].seconds, 5);
  EXPECT_EQ(reader.snapshots()[1].skipped, 1);
  expect_whole(reader, 0);
  expect_whole(reader, 1);
  ASSERT_TRUE(reader.end());
  EXPECT_EQ(reader.end()->stop_reason, "failed");
  EXPECT_EQ(reader.end()->message, "no space");
  EXPECT_EQ(reader.end()->iterations, 12);
}

TEST_F(Directory, KeepsManyNamesInAFileOfTheirOwn) {
  SnapshotRun run = small_run();
  run.rows = 1001;
  for (Index i = 0; i < run.rows; ++i) run.row_names.push_back("cell " + std::to_string(i));
  run.row_names[7] = "two\nlines";
  run.row_names[8] = "";
  run.column_names = {"x", "y", "z"};
  (void)create(run);

  EXPECT_THAT(entries(), ElementsAre("row_names.txt", "snapshots.jsonl"));
  const auto line = nlohmann::json::parse(lines().at(0));
  EXPECT_EQ(line["row_names_file"], "row_names.txt");
  EXPECT_TRUE(line["row_names"].is_null());
  EXPECT_FALSE(line.contains("column_names_file"));
  run.row_names[7] = "two lines";
  const SnapshotDirectoryReader reader(path());
  EXPECT_EQ(reader.run().row_names, run.row_names);
  EXPECT_EQ(reader.run().column_names, run.column_names);

  std::ofstream(file("row_names.txt")) << "one\n";
  EXPECT_THROW(SnapshotDirectoryReader again(path()), IoError);
  for (const char* left :
       {".row_names.txt.partial-node7-12", ".W-00000001.npy.partial-node7-12-1", "notes"}) {
    std::ofstream(file(left)) << "one\n";
  }
  SnapshotDirectory::create(path(), small_run(), nullptr, SnapshotDirectory::IfPresent::replace);
  EXPECT_THAT(entries(), ElementsAre("notes", "snapshots.jsonl"));
}

TEST_F(Directory, HasTheBetaOfItsLossAlsoWhereAnOlderLineDoesNotSayIt) {
  SnapshotRun run = small_run();
  run.loss = "beta";
  run.beta = 0.5;
  (void)create(run);
  EXPECT_EQ(SnapshotDirectoryReader(path()).run().beta, 0.5);

  auto line = nlohmann::json::parse(lines().at(0));
  line.erase("beta");
  for (const auto& [loss, beta] :
       std::vector<std::pair<std::string, double>>{{"frobenius", 2}, {"kl", 1}, {"is", 0}}) {
    line["loss"] = loss;
    std::ofstream(file("snapshots.jsonl")) << line << "\n";
    EXPECT_EQ(SnapshotDirectoryReader(path()).run().beta, beta) << loss;
  }
  line["loss"] = "beta";
  std::ofstream(file("snapshots.jsonl")) << line << "\n";
  EXPECT_TRUE(std::isnan(SnapshotDirectoryReader(path()).run().beta));
}

TEST_F(Directory, HasTheFilesAndFieldsThatItsPageNames) {
  const auto directory = create(small_run());
  add_snapshot<double>(*directory, small_run(), 8);
  EXPECT_THAT(entries(), ElementsAre("H-00000008.npy", "W-00000008.npy", "snapshots.jsonl"));
  const auto run = nlohmann::json::parse(lines().at(0));
  for (const char* name : {"data", "data_source", "output", "w_rows", "image_shape", "row_names"}) {
    EXPECT_TRUE(run.at(name).is_null()) << name;
  }
  EXPECT_EQ(run["kind"], "run");
  EXPECT_EQ(run["format"], 1);
  EXPECT_EQ(run["cols"], kCols);
  EXPECT_EQ(nlohmann::json::parse(lines().at(1))["H"], "H-00000008.npy");
  EXPECT_EQ(SnapshotDirectoryReader(path()).open_h(0).view().rows(), kRank);
}

TEST_F(Directory, HoldsTheSampledRowsOfW) {
  SnapshotRun run = small_run();
  run.w_rows = {1, 4};
  add_snapshot<double>(*create(run), run, 1);
  const SnapshotDirectoryReader reader(path());
  EXPECT_EQ(reader.run().w_rows, run.w_rows);
  EXPECT_EQ(reader.open_w(0).view().rows(), 2);
  expect_whole(reader, 0);
}

TEST_F(Directory, HoldsSmallDataAndLeavesLargeDataOut) {
  const std::vector<std::uint8_t> entries(kRows * kCols, 7);
  const DataView data(MatrixView<const std::uint8_t>(entries.data(), kRows, kCols));
  (void)SnapshotDirectory::create(path(), small_run(), &data);
  const SnapshotDirectoryReader reader(path());
  EXPECT_EQ(reader.run().data, "data.npy");
  EXPECT_EQ(reader.open_data().view().as<float>()(4, 2), 7);

  const Index cols = SnapshotDirectory::kMaxDataEntries + 1;
  const std::vector<std::uint8_t> many(static_cast<std::size_t>(cols), 1);
  const DataView large(MatrixView<const std::uint8_t>(many.data(), 1, cols));
  SnapshotRun run = small_run();
  run.rows = 1;
  run.cols = cols;
  (void)SnapshotDirectory::create(path(), run, &large, SnapshotDirectory::IfPresent::replace);
  EXPECT_THROW((void)SnapshotDirectoryReader(path()).open_data(), InvalidArgument);
  EXPECT_THAT(this->entries(), ElementsAre("snapshots.jsonl"));
}

TEST_F(Directory, WritesNumbersThatAreNotFiniteAsNull) {
  const auto directory = create(small_run());
  directory->add_check({.iteration = 1,
                        .loss = std::numeric_limits<double>::infinity(),
                        .relative_error = std::numeric_limits<double>::quiet_NaN()});
  EXPECT_TRUE(nlohmann::json::parse(lines().at(1))["loss"].is_null());
  const SnapshotDirectoryReader reader(path());
  EXPECT_TRUE(std::isnan(reader.checks()[0].loss));
  EXPECT_TRUE(std::isnan(reader.checks()[0].relative_error));
}

TEST_F(Directory, IsRefusedWhereItHoldsSnapshotsAndReplacedWhenAsked) {
  add_snapshot<float>(*create(small_run()), small_run(), 3);
  std::ofstream(file("report.html")) << "kept";
  EXPECT_THROW((void)create(small_run()), InvalidArgument);
  EXPECT_EQ(SnapshotDirectoryReader(path()).snapshots().size(), 1U);
  (void)SnapshotDirectory::create(path(), small_run(), nullptr,
                                  SnapshotDirectory::IfPresent::replace);
  EXPECT_THAT(entries(), ElementsAre("report.html", "snapshots.jsonl"));
  EXPECT_TRUE(SnapshotDirectoryReader(path()).snapshots().empty());
}

TEST_F(Directory, OfOtherFilesIsLeftAloneAlsoWhenAskedToReplaceIt) {
  fs::create_directory(path());
  std::ofstream(file("thesis.tex")) << "kept";
  try {
    (void)SnapshotDirectory::create(path(), small_run(), nullptr,
                                    SnapshotDirectory::IfPresent::replace);
    ADD_FAILURE() << "was not refused";
  } catch (const InvalidArgument& e) {
    EXPECT_THAT(e.what(), HasSubstr("holds no snapshots.jsonl"));
  }
  EXPECT_THAT(entries(), ElementsAre("thesis.tex"));
  EXPECT_THROW((void)SnapshotDirectory::create(file("thesis.tex"), small_run()), InvalidArgument);
  EXPECT_THROW((void)SnapshotDirectory::create(file("none/below"), small_run()), IoError);
}

TEST_F(Directory, RefusesSnapshotsOfAnotherShapeOrOutOfOrder) {
  const auto directory = create(small_run());
  SnapshotRun other = small_run();
  other.rank = 3;
  const auto refused = [&](const SnapshotRun& run, Index iteration) {
    try {
      add_snapshot<float>(*directory, run, iteration);
    } catch (const InvalidArgument& e) {
      return e.subject() == Subject::snapshots;
    }
    return false;
  };
  EXPECT_TRUE(refused(other, 1));
  add_snapshot<float>(*directory, small_run(), 2);
  EXPECT_TRUE(refused(small_run(), 2));
  EXPECT_EQ(SnapshotDirectoryReader(path()).snapshots().size(), 1U);
}

TEST_F(Directory, TakesChecksAndSnapshotsFromTwoThreads) {
  const auto directory = create(small_run());
  std::thread checks([&] {
    for (Index i = 1; i <= 500; ++i) directory->add_check({.iteration = i});
  });
  for (Index i = 0; i < 20; ++i) add_snapshot<float>(*directory, small_run(), i);
  checks.join();
  const SnapshotDirectoryReader reader(path());
  EXPECT_EQ(reader.checks().size(), 500U);
  EXPECT_EQ(reader.snapshots().size(), 20U);
}

TEST_F(Directory, IsWholeAtAnyMomentThatItsWriterIsKilled) {
  std::size_t most = 0;
  // On a busy disk it takes more rounds until a writer got as far as a snapshot.
  for (int round = 0; round < 20 || (most == 0 && round < 200); ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        const auto directory = SnapshotDirectory::create(path(), small_run(), nullptr,
                                                         SnapshotDirectory::IfPresent::replace);
        for (Index i = 0;; ++i) {
          directory->add_check({.iteration = i});
          add_snapshot<float>(*directory, small_run(), i);
        }
      } catch (...) {
        ::_exit(1);
      }
    }
    while (!SnapshotDirectoryReader::holds_snapshots(path())) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(1500 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    if (!SnapshotDirectoryReader::holds_snapshots(path())) continue;  // at its very start
    const SnapshotDirectoryReader reader(path());
    EXPECT_FALSE(reader.end());
    most = std::max(most, reader.snapshots().size());
    for (std::size_t i = 0; i < reader.snapshots().size(); ++i) expect_whole(reader, i);
  }
  EXPECT_GT(most, 0U);
}

TEST_F(Directory, OnAFullDiskTakesBackTheLineThatDidNotFit) {
  const int status = with_file_limit(4000, [&] {
    const auto directory = create(small_run());
    for (Index i = 0; i < 1000; ++i) directory->add_check({.iteration = i});
  });
  EXPECT_EQ(status, 6);
  const SnapshotDirectoryReader reader(path());
  EXPECT_GT(reader.checks().size(), 10U);
  EXPECT_EQ(reader.checks().back().iteration + 1, std::ssize(reader.checks()));
  EXPECT_LT(fs::file_size(file("snapshots.jsonl")), 4000U);
  EXPECT_EQ(nlohmann::json::parse(lines().back())["kind"], "check");
}

TEST_F(Directory, OnAFullDiskLeavesNoPartOfAMatrix) {
  SnapshotRun run = small_run();
  run.rows = 2000;
  const int status = with_file_limit(4000, [&] { add_snapshot<float>(*create(run), run, 0); });
  EXPECT_EQ(status, 6);
  EXPECT_THAT(entries(), ElementsAre("snapshots.jsonl"));
  EXPECT_TRUE(SnapshotDirectoryReader(path()).snapshots().empty());
}

}  // namespace
}  // namespace nonneg::test
