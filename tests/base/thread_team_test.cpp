// SPDX-License-Identifier: Apache-2.0
// Teams of threads: every part is done once, by whoever is there; who waits sleeps.
#include "base/thread_team.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/parallel.hpp"

namespace nonneg::test {
namespace {

template <class Body>
void in_parts(int parts, const Body& body) {
  ThreadTeam::run(
      {.parts = parts,
       .call = [](const void* context, int part) { (*static_cast<const Body*>(context))(part); },
       .context = &body});
}

/// How often each part was done.
std::vector<int> counts_of(int parts) {
  std::vector<std::atomic<int>> counts(static_cast<std::size_t>(parts));
  in_parts(parts, [&](int part) { ++counts[static_cast<std::size_t>(part)]; });
  return {counts.begin(), counts.end()};
}

TEST(ThreadTeamTest, EachPartIsDoneOnce) {
  for (const int parts : {0, 1, 2, 3, 5, 64, 2, 1, 7}) {
    EXPECT_EQ(counts_of(parts), std::vector<int>(static_cast<std::size_t>(parts), 1)) << parts;
  }
}

TEST(ThreadTeamTest, WorkFollowsWorkWithoutAPartLostOrDoneTwice) {
  std::vector<long> sums(3, 0);
  constexpr long kRounds = 20000;
  for (long round = 1; round <= kRounds; ++round) {
    in_parts(3, [&](int part) { sums[static_cast<std::size_t>(part)] += round; });
  }
  EXPECT_EQ(sums, std::vector<long>(3, kRounds * (kRounds + 1) / 2));
}

TEST(ThreadTeamTest, ThreadsThatSleepAreWoken) {
  std::atomic<int> others{0};
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::atomic<int> arrived{0};
    const auto caller = std::this_thread::get_id();
    // Neither part ends before both have begun: two threads are needed.
    in_parts(2, [&](int) {
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
      if (std::this_thread::get_id() != caller) ++others;
    });
  }
  EXPECT_EQ(others, 20);
}

TEST(ThreadTeamTest, WhoWaitsForWorkSleeps) {
  in_parts(4, [](int) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const std::clock_t before = std::clock();  // of all threads of the process
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double spent = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  EXPECT_LT(spent, 0.05);
}

TEST(ThreadTeamTest, TheLowestPartsFailureIsThrownOnceAllHaveEnded) {
  std::atomic<int> done{0};
  try {
    in_parts(6, [&](int part) {
      ++done;
      if (part % 2 == 1) throw std::runtime_error("part " + std::to_string(part));
    });
    FAIL() << "expected what a part has thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "part 1");
  }
  EXPECT_EQ(done, 6);
  EXPECT_EQ(counts_of(6), std::vector<int>(6, 1));
}

TEST(ThreadTeamTest, WorkWithinAPartIsDoneByItsThread) {
  std::atomic<int> inner{0};
  std::atomic<bool> elsewhere{false};
  in_parts(3, [&](int) {
    const auto here = std::this_thread::get_id();
    in_parts(4, [&](int) {
      ++inner;
      if (std::this_thread::get_id() != here) elsewhere = true;
    });
  });
  EXPECT_EQ(inner, 12);
  EXPECT_FALSE(elsewhere);
}

TEST(ThreadTeamTest, EachCallingThreadHasItsOwn) {
  std::vector<std::thread> callers;
  callers.reserve(4);
  std::atomic<int> wrong{0};
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        if (counts_of(3) != std::vector<int>(3, 1)) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadTeamTest, AForkedProcessMakesItsOwn) {
  EXPECT_EQ(counts_of(3), std::vector<int>(3, 1));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(counts_of(3) == std::vector<int>(3, 1) ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// ctest runs this with OMP_PROC_BIND as well, which binds the first thread before main() begins.
TEST(ThreadTeamTest, AThreadMayRunWhereItsCallerIsBoundElsewhere) {
  if (usable_threads() < 2) GTEST_SKIP() << "this process may run on one core only";
  std::vector<cpu_set_t> allowed(2);
  std::atomic<int> arrived{0};
  in_parts(2, [&](int part) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    ::sched_getaffinity(0, sizeof(cpu_set_t), &allowed[static_cast<std::size_t>(part)]);
  });
  cpu_set_t both;
  CPU_OR(&both, &allowed[0], &allowed[1]);
  EXPECT_GE(CPU_COUNT(&both), 2);
}

TEST(ParallelRangesTest, RangesAreContiguousWholeGrainsAndTheSameInEveryRun) {
  for (const Index count : {0, 1, 63, 64, 65, 597}) {
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
    parallel_ranges(3, count, 64, [&](Index first, Index size) {
      EXPECT_EQ(first % 64, 0);
      EXPECT_TRUE(size % 64 == 0 || first + size == count);
      for (Index i = first; i < first + size; ++i) ++seen[static_cast<std::size_t>(i)];
    });
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), Index{0}), count);
  }
}

TEST(UsableThreadsTest, ThereIsOneAtLeast) { EXPECT_GE(usable_threads(), 1); }

}  // namespace
}  // namespace nonneg::test
