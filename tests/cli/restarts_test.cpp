// SPDX-License-Identifier: Apache-2.0
// factorize --restarts: the best of many seeds, a file for each, resumed and shared.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

/// A line of restarts.tsv without its seconds.
Words lines_of(const Workplace& place, const std::string& directory) {
  std::istringstream table(read_text(place.at(directory + "/restarts.tsv")));
  Words lines;
  for (std::string line; std::getline(table, line);) {
    std::istringstream cells(line);
    std::string kept;
    int column = 0;
    for (std::string cell; std::getline(cells, cell, '\t'); ++column) {
      if (column != 7) kept += cell + '\t';
    }
    lines.push_back(kept);
  }
  return lines;
}

Words restarts(const std::string& out, const std::string& count, const Words& further = {}) {
  Words words{"factorize", "A.npy",     "--rank", "3", "--restarts", count,
              "--seed",    "5",         "--out",  out, "--quiet",    "--max-iterations",
              "40",        "--threads", "2"};
  words.insert(words.end(), further.begin(), further.end());
  return words;
}

/// The same with the value of an option changed.
Words with(Words words, const std::string& option, const std::string& value) {
  *(std::find(words.begin(), words.end(), option) + 1) = value;
  return words;
}

/// The same, but not quiet.
Words telling(Words words) {
  words.erase(std::find(words.begin(), words.end(), "--quiet"));
  return words;
}

void expect_same_runs(const Workplace& place, const std::string& one, const std::string& other) {
  EXPECT_EQ(lines_of(place, one), lines_of(place, other));
  for (const char* const file : {"/W.npy", "/H.npy"}) {
    EXPECT_EQ(read_text(place.at(one + file)), read_text(place.at(other + file))) << file;
  }
}

void expect_ok(const Outcome& outcome) { EXPECT_EQ(outcome.status, 0) << outcome.error; }

TEST(Restarts, TheBestIsTheRunThatItsSeedAloneIs) {
  const Workplace place;
  place.file("A.npy", random_npy(60, 40));
  expect_ok(run(place, restarts("many", "6")));
  const auto record = read_json(place.at("many/run.json"));
  const auto& all = record["restarts"];
  EXPECT_EQ(all["count"], 6);
  ASSERT_EQ(all["objectives"].size(), 6U);
  const auto best = all["best"].get<std::size_t>();
  for (std::size_t r = 0; r < 6; ++r) {
    EXPECT_EQ(all["seeds"][r], 5 + r);
    EXPECT_GE(all["objectives"][r], all["objectives"][best]);
    EXPECT_TRUE(fs::exists(place.at("many/runs/k03/r000" + std::to_string(r) + ".npz")));
  }
  EXPECT_EQ(record["options"]["seed"], all["seeds"][best]);
  EXPECT_EQ(record["loss_history"].back()["loss"], all["losses"][best]);

  expect_ok(run(place, {"factorize", "A.npy", "--rank", "3", "--seed", std::to_string(5 + best),
                        "--out", "alone", "--quiet", "--max-iterations", "40", "--threads", "1"}));
  for (const char* const file : {"/W.npy", "/H.npy"}) {
    EXPECT_EQ(read_text(place.at(std::string("many") + file)),
              read_text(place.at(std::string("alone") + file)));
  }
  // The directory is a run's to other commands.
  expect_ok(run(place, {"transform", "A.npy", "--model", "many", "--out", "W.npy", "--quiet"}));
}

TEST(Restarts, AFileOfOtherRunsIsNoneOfTheseAndIsDoneAnew) {
  const Workplace place;
  place.file("A.npy", random_npy(60, 40));
  expect_ok(run(place, restarts("whole", "4")));
  expect_ok(run(place, restarts("others", "4", {"--l1-h", "9"})));
  expect_ok(run(place, restarts("mixed", "2")));
  for (const char* const file : {"r0002.npz", "r0003.npz"}) {
    fs::copy_file(place.at(std::string("others/runs/k03/") + file),
                  place.at(std::string("mixed/runs/k03/") + file));
  }
  expect_ok(run(place, restarts("mixed", "4", {"--resume"})));
  expect_same_runs(place, "mixed", "whole");
}

TEST(Restarts, KeepWOfEveryRunIsOfThoseThatWereThereWithoutIt) {
  const Workplace place;
  place.file("A.npy", random_npy(60, 40));
  expect_ok(run(place, restarts("many", "2")));
  const auto before = fs::file_size(place.at("many/runs/k03/r0000.npz"));
  expect_ok(run(place, restarts("many", "3", {"--resume", "--keep-w"})));
  EXPECT_GT(fs::file_size(place.at("many/runs/k03/r0000.npz")), before + 60 * 3 * 4);
}

TEST(Restarts, LeftoversOfAKilledOneHinderNothing) {
  const Workplace place;
  place.file("A.npy", random_npy(60, 40));
  expect_ok(run(place, restarts("many", "2")));
  for (const char* const left : {"many/.W.npy.partial-vm-1", "many/.restarts.tsv.partial-vm-1"}) {
    place.file(left, "");
  }
  expect_ok(run(place, restarts("many", "3", {"--overwrite"})));
  EXPECT_FALSE(fs::exists(place.at("many/.W.npy.partial-vm-1")));
}

TEST(Restarts, AWorkerWhoseDirectoryBecameAnothersStops) {
  const Workplace place;
  place.file("A.npy", random_npy(400, 300));
  const Words words = with(restarts("shared", "32", {"--tolerance", "0", "--worker", "0/1"}),
                           "--max-iterations", "500");
  Running worker(place, words);
  while (!fs::exists(place.at("shared/runs/k03/r0000.npz"))) std::this_thread::yield();
  fs::remove(place.at("shared/restarts.json"));
  const Outcome outcome = worker.wait();
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("has removed its restarts.json"), std::string::npos)
      << outcome.error;
}

TEST(Restarts, UnfinishedOnesAreNoModelAndNoReferences) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("whole", "2")));
  expect_ok(run(place, restarts("part", "2", {"--worker", "0/1"})));
  for (const Words& words : {Words{"transform", "A.npy", "--model", "part", "--out", "W.npy"},
                             Words{"reconstruct", "part", "--out", "R.npy"},
                             Words{"match", "part", "whole"}, Words{"match", "whole", "part"}}) {
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.error.find("part: its restarts are not put together yet"), std::string::npos)
        << outcome.error;
  }
  const auto seconds = read_json(place.at("whole/run.json"))["restarts"]["seconds"];
  EXPECT_EQ(seconds.size(), 2U);
}

TEST(Restarts, TheTableHasALineForEach) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("many", "3")));
  const Words lines = lines_of(place, "many");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "run\tseed\tloss\tobjective\trelative_error\titerations\tstop\tbest\t");
  EXPECT_EQ(lines[1].substr(0, 4), "0\t5\t");
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.ends_with("\t1\t"); }),
            1);
}

TEST(Restarts, WhatWasKilledIsGoneOnWith) {
  const Workplace place;
  place.file("A.npy", random_npy(400, 300));
  // Runs that take so long that the command is killed before the last.
  Words words = with(restarts("whole", "12", {"--tolerance", "0"}), "--max-iterations", "200");
  expect_ok(run(place, words));

  words = telling(with(words, "--out", "killed"));
  {
    Running command(place, words);
    ASSERT_TRUE(command.wait_for_progress());
    command.signal(SIGKILL);
    command.wait();
  }
  ASSERT_TRUE(fs::exists(place.at("killed/restarts.json")));
  EXPECT_FALSE(fs::exists(place.at("killed/run.json")));
  words.emplace_back("--resume");
  expect_ok(run(place, words));
  expect_same_runs(place, "whole", "killed");
}

TEST(Restarts, OfAStoppedCommandWhatHasEndedIsKept) {
  const Workplace place;
  place.file("A.npy", random_npy(400, 300));
  Running command(place, telling(restarts("run", "100000")));
  ASSERT_TRUE(command.wait_for_progress());
  command.signal(SIGINT);
  const Outcome outcome = command.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.error;
  EXPECT_NE(outcome.out.find("--resume goes on"), std::string::npos) << outcome.out;
  EXPECT_TRUE(fs::exists(place.at("run/runs/k03/r0000.npz")) ||
              fs::exists(place.at("run/runs/k03/r0001.npz")));
  EXPECT_FALSE(fs::exists(place.at("run/run.json")));
}

TEST(Restarts, WorkersShareTheBlocksAndTheLastCallCombines) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("whole", "40")));
  {
    // At once: each may be the one that makes the directory.
    Running first(place, restarts("shared", "40", {"--worker", "0/2"}));
    Running second(place, restarts("shared", "40", {"--worker", "1/2"}));
    expect_ok(first.wait());
    expect_ok(second.wait());
  }
  EXPECT_FALSE(fs::exists(place.at("shared/run.json")));
  // A worker that is called once more has nothing to do.
  const auto written = fs::last_write_time(place.at("shared/runs/k03/r0039.npz"));
  expect_ok(run(place, restarts("shared", "40", {"--worker", "0/2"})));
  EXPECT_EQ(fs::last_write_time(place.at("shared/runs/k03/r0039.npz")), written);
  expect_ok(run(place, restarts("shared", "40", {"--resume"})));
  expect_same_runs(place, "whole", "shared");
}

TEST(Restarts, AWorkerTakesEachNthBlockOf16) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("run", "50", {"--worker", "1/3"})));
  int files = 0;
  for (const auto& entry : fs::directory_iterator(place.at("run/runs/k03"))) {
    const int replicate = std::stoi(entry.path().stem().string().substr(1));
    EXPECT_EQ(replicate / 16 % 3, 1) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 16);
}

TEST(Restarts, MoreMayBeAskedForThanThereWere) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("whole", "8")));
  expect_ok(run(place, restarts("grown", "3")));
  expect_ok(run(place, restarts("grown", "8", {"--resume"})));
  expect_same_runs(place, "whole", "grown");
  // Fewer, too: the others stay.
  expect_ok(run(place, restarts("grown", "2", {"--resume"})));
  EXPECT_EQ(lines_of(place, "grown").size(), 3U);
  EXPECT_TRUE(fs::exists(place.at("grown/runs/k03/r0007.npz")));
}

TEST(Restarts, AFileThatIsCutShortOrDamagedIsDoneAnew) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("whole", "4")));
  expect_ok(run(place, restarts("run", "4")));
  const std::string cut = place.at("run/runs/k03/r0001.npz");
  fs::resize_file(cut, fs::file_size(cut) / 2);
  const std::string damaged = place.at("run/runs/k03/r0002.npz");
  std::fstream(damaged, std::ios::in | std::ios::out | std::ios::binary).seekp(200).put('?');
  expect_ok(run(place, restarts("run", "4", {"--resume"})));
  expect_same_runs(place, "whole", "run");
  for (const char* const name : {"/runs/k03/r0001.npz", "/runs/k03/r0002.npz"}) {
    EXPECT_EQ(fs::file_size(place.at(std::string("whole") + name)),
              fs::file_size(place.at(std::string("run") + name)));
  }
}

TEST(Restarts, OtherRunsAreNotGoneOnWith) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("run", "3")));
  const Words before = lines_of(place, "run");
  const auto expect_refused = [&](const Words& words, const std::string& what) {
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2) << outcome.error;
    EXPECT_NE(outcome.error.find(what), std::string::npos) << outcome.error;
    EXPECT_EQ(lines_of(place, "run"), before);
    EXPECT_TRUE(fs::exists(place.at("run/run.json")));
  };
  const Words resumed = restarts("run", "3", {"--resume"});
  expect_refused(with(resumed, "--rank", "4"), "--rank 3 there and 4 here");
  expect_refused(restarts("run", "3", {"--resume", "--loss", "kl"}),
                 "loss = frobenius there and kl here");
  expect_refused(with(resumed, "--seed", "6"), "--seed 5 there and 6 here");
  place.file("A.npy", random_npy(31, 20));
  expect_refused(resumed, "rows = 30 there and 31 here");
  expect_refused(restarts("run", "3", {"--worker", "0/1"}), "checksum = ");
  expect_refused(restarts("run", "3"), "--resume");
}

TEST(Restarts, AnEntryThatDiffersMakesAnotherMatrix) {
  const Workplace place;
  std::string bytes = random_npy(30, 20);
  place.file("A.npy", bytes);
  expect_ok(run(place, restarts("run", "2")));
  bytes[bytes.size() - 4] = static_cast<char>(bytes[bytes.size() - 4] ^ 1);
  place.file("A.npy", bytes);
  const Outcome outcome = run(place, restarts("run", "3", {"--resume"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("checksum = "), std::string::npos) << outcome.error;
}

TEST(Restarts, ADirectoryOfSomethingElseIsLeftAlone) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, {"factorize", "A.npy", "--rank", "3", "--out", "run", "--quiet"}));
  const Outcome outcome = run(place, restarts("run", "3", {"--resume"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("no restarts.json"), std::string::npos) << outcome.error;
  // It may be replaced, and restarts by a run; but not with another's files among theirs.
  expect_ok(run(place, restarts("run", "3", {"--overwrite"})));
  EXPECT_EQ(lines_of(place, "run").size(), 4U);
  place.file("run/runs/k03/notes.txt", "mine");
  const Words single{"factorize", "A.npy", "--rank", "3", "--out", "run", "--quiet", "--overwrite"};
  const Outcome foreign = run(place, single);
  EXPECT_EQ(foreign.status, 2);
  EXPECT_NE(foreign.error.find("runs/k03/notes.txt"), std::string::npos) << foreign.error;
  fs::remove(place.at("run/runs/k03/notes.txt"));
  expect_ok(run(place, single));
  EXPECT_FALSE(fs::exists(place.at("run/runs")));
}

TEST(Restarts, WhatOneRunAloneCanHaveIsRefused) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  const std::vector<std::pair<Words, std::string>> cases{
      {restarts("run", "3", {"--snapshots", "seen"}), "--snapshots"},
      {restarts("run", "3", {"--live"}), "--live"},
      {restarts("run", "3", {"--init-w", "A.npy", "--init-h", "A.npy"}), "--init custom"},
      {restarts("run", "3", {"--resume", "--overwrite"}), "--overwrite"},
      {restarts("run", "3", {"--worker", "0/2", "--overwrite"}), "--overwrite"},
      {restarts("run", "3", {"--worker", "2/2"}), "--worker 2/2"},
      {restarts("run", "3", {"--worker", "1"}), "--worker 1"},
      {restarts("run", "0"), "--restarts 0"},
      {restarts("run", "1", {"--resume"}), "--resume"},
      {restarts("run", "1", {"--keep-w"}), "--keep-w"},
      {with(restarts("run", "3"), "--seed", "18446744073709551614"), "seeds end at"},
  };
  for (const auto& [words, what] : cases) {
    const Outcome outcome = run(place, words);
    EXPECT_EQ(outcome.status, 2) << what;
    EXPECT_NE(outcome.error.find(what), std::string::npos) << outcome.error;
  }
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST(Restarts, DirectoriesAboveTheirsAreMade) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("new/above/run", "2")));
  expect_ok(run(place, restarts("other/above/run", "2", {"--resume"})));
  expect_same_runs(place, "new/above/run", "other/above/run");
}

TEST(Restarts, OneIsARunAsEver) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, restarts("run", "1")));
  EXPECT_FALSE(fs::exists(place.at("run/restarts.json")));
  EXPECT_FALSE(read_json(place.at("run/run.json")).contains("restarts"));
}

TEST(Restarts, TwoOfASingleComponent) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  expect_ok(run(place, with(restarts("run", "2", {"--keep-w"}), "--rank", "1")));
  EXPECT_EQ(lines_of(place, "run").size(), 3U);
  // With W beside H.
  EXPECT_NE(read_text(place.at("run/runs/k01/r0001.npz")).find("W.npy"), std::string::npos);
}

TEST(Restarts, DataThatCannotBeUsedLeavesNothing) {
  const Workplace place;
  place.file("A.npy", npy<float>("<f4", 2, 2, {1, 2, -3, 4}));
  const Outcome outcome = run(place, restarts("run", "2"));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("A.npy"), std::string::npos) << outcome.error;
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST(Restarts, EachRunThatEndsIsALine) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  const Outcome outcome = run(place, telling(restarts("run", "3")));
  expect_ok(outcome);
  for (const char* const beginning : {"1 of 3 runs  seed ", "2 of 3 runs", "3 of 3 runs"}) {
    EXPECT_NE(outcome.error.find(beginning), std::string::npos) << outcome.error;
  }
  EXPECT_NE(outcome.out.find("restarts        3, "), std::string::npos) << outcome.out;
}

TEST(Restarts, AsJsonAllIsOneObject) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  const auto whole = nlohmann::json::parse(run(place, restarts("run", "3", {"--json"})).out);
  EXPECT_EQ(whole["out"], "run");
  EXPECT_EQ(whole["restarts"]["losses"].size(), 3U);
  const auto part =
      nlohmann::json::parse(run(place, restarts("run", "3", {"--json", "--worker", "0/2"})).out);
  EXPECT_EQ(part["restarts"]["done"], 3);
}

TEST(Restarts, ThePlanSaysHowManyGoSideBySide) {
  const Workplace place;
  place.file("A.npy", random_npy(30, 20));
  const Words words{"plan", "A.npy", "--rank", "3", "--restarts", "9", "--threads", "2"};
  EXPECT_NE(run(place, words).out.find("2 at once, of 1 thread each"), std::string::npos);
  Words json = words;
  json.emplace_back("--json");
  const auto plan = nlohmann::json::parse(run(place, json).out);
  EXPECT_EQ(plan["restarts"]["side_by_side"], 2);
  EXPECT_EQ(
      plan["restarts"]["total_bytes"].get<std::uint64_t>(),
      2 * plan["total_bytes"].get<std::uint64_t>() + plan["factor_bytes"].get<std::uint64_t>());
}

}  // namespace
}  // namespace nonneg::test
