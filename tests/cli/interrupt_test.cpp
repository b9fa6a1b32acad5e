// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

/// A run that would take hours, and checks often.
Words long_run() {
  return {"factorize",   "A.npy", "--rank",           "8",          "--out",         "run",
          "--tolerance", "0",     "--max-iterations", "1000000000", "--check-every", "1"};
}

TEST(Interrupt, OnceWritesTheFactorsReached) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Workplace place;
    place.file("A.npy", random_npy(400, 300));
    Running command(place, long_run());
    ASSERT_TRUE(command.wait_for_progress());
    command.signal(signal);
    const Outcome outcome = command.wait();
    EXPECT_EQ(outcome.status, 130) << outcome.error;
    EXPECT_NE(outcome.out.find("stopped on request"), std::string::npos) << outcome.out;
    EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
    const auto record = read_json(place.at("run/run.json"));
    EXPECT_EQ(record["stop_reason"], "cancelled");
    EXPECT_GE(record["iterations"].get<int>(), 1);
  }
}

TEST(Interrupt, AHangUpThatIsIgnoredEndsNothing) {
  const Workplace place;
  place.file("A.npy", random_npy(40, 30));
  const Outcome outcome = run_in_shell(
      place,
      "trap '' HUP; \"$NONNEG\" factorize A.npy --rank 4 --out run --tolerance 0 "
      "--max-iterations 5000 --quiet & while kill -HUP $! 2> /dev/null; do :; done; wait $!");
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["stop_reason"], "iteration_limit");
}

TEST(Interrupt, TwiceEndsAtOnceAndLeavesNoPartialFile) {
  const Workplace place;
  // An iteration long enough that the second signal meets the first one's sweep.
  place.file("A.npy", random_npy(4000, 3000));
  Words words = long_run();
  words[3] = "100";
  Running command(place, words);
  ASSERT_TRUE(command.wait_for_progress());
  command.signal(SIGINT);
  // Two signals at the same moment would be one.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  command.signal(SIGINT);
  const Outcome outcome = command.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.error;
  for (const std::string& name : place.entries()) {
    EXPECT_TRUE(name == "A.npy" || name == "run") << name;
  }
}

TEST(Interrupt, WhileReadingEndsAtOnce) {
  const Workplace place;
  std::string text;
  for (int row = 0; row < 1000000; ++row) text += "1,2,3,4,5,6,7,8\n";
  place.file("A.csv", text);
  Running command(place, {"factorize", "A.csv", "--rank", "2", "--out", "run"});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  command.signal(SIGINT);
  const Outcome outcome = command.wait();
  EXPECT_EQ(outcome.status, 130) << outcome.error;
  EXPECT_EQ(place.entries(), Words{"A.csv"});
}

TEST(Interrupt, WhileWritingLeavesNoPartialFile) {
  const Workplace place;
  constexpr std::int64_t kRows = 10000;
  constexpr std::int64_t kColumns = 5000;
  std::filesystem::create_directory(place.at("model"));
  place.file("model/W.npy", random_npy(kRows, 1));
  place.file("model/H.npy", random_npy(1, kColumns));
  Running command(place, {"reconstruct", "model", "--out", "B.npy"});
  while (place.entries().size() == 1) std::this_thread::yield();
  command.signal(SIGINT);
  EXPECT_EQ(command.wait().status, 130);
  EXPECT_EQ(place.entries(), Words{"model"});
}

TEST(Interrupt, KeepsTheOlderRunUntilTheNewOneIsComplete) {
  const Workplace place;
  place.file("A.npy", random_npy(4000, 300));
  ASSERT_EQ(run(place, {"factorize", "A.npy", "--rank", "1", "--out", "run", "--seed", "77",
                        "--max-iterations", "1"})
                .status,
            0);
  Words words = long_run();
  words.emplace_back("--overwrite");
  Running command(place, words);
  ASSERT_TRUE(command.wait_for_progress());
  command.signal(SIGKILL);
  EXPECT_EQ(command.wait().status, 128 + SIGKILL);
  EXPECT_EQ(read_json(place.at("run/run.json"))["options"]["seed"], 77);
  EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
}

TEST(Interrupt, AMappedFileCutShortUnderARunIsAnIoError) {
  const Workplace place;
  place.file("A.npy", random_npy(4000, 300));
  Running command(place, long_run());
  ASSERT_TRUE(command.wait_for_progress());
  std::filesystem::resize_file(place.at("A.npy"), 4096);
  const Outcome outcome = command.wait();
  EXPECT_EQ(outcome.status, 6);
  EXPECT_NE(outcome.error.find("cut short"), std::string::npos) << outcome.error;
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

}  // namespace
}  // namespace nonneg::test
