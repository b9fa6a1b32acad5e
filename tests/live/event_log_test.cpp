// SPDX-License-Identifier: Apache-2.0
// What a run has told: bounded, and read by each viewer at its own pace.
#include "live/event_log.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "live/request_guard.hpp"

namespace nonneg::live {
namespace {

constexpr std::chrono::milliseconds kNow{0};

/// All that a viewer gets from number 0 on.
std::string all(EventLog& log) {
  std::string text;
  std::uint64_t cursor = 0;
  while (true) {
    const auto frames = log.after(cursor, kNow);
    if (frames.empty()) return text;
    for (const EventLog::Frame& frame : frames) text += *frame;
  }
}

TEST(EventLog, GivesEachViewerEverythingOnceAndInOrder) {
  EventLog log;
  log.publish(Keep::always, "a");
  std::uint64_t cursor = 0;
  EXPECT_EQ(log.after(cursor, kNow).size(), 1U);
  EXPECT_TRUE(log.after(cursor, kNow).empty());
  log.publish(Keep::check, "b");
  log.publish(Keep::snapshot, "c");
  const auto frames = log.after(cursor, kNow);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(*frames[0], "id: 2\ndata: b\n\n");
  EXPECT_EQ(*frames[1], "id: 3\ndata: c\n\n");
  EXPECT_EQ(all(log), "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n");
}

TEST(EventLog, StaysBoundedAndKeepsTheFirstAndTheLastOfASeries) {
  constexpr std::size_t kMaxBytes = 10000;
  EventLog log(kMaxBytes, 100);
  log.publish(Keep::always, "run");
  for (int i = 1; i <= 5000; ++i) {
    log.publish(Keep::snapshot, "s" + std::to_string(i) + "." + std::string(100, 'x'));
    log.publish(Keep::check, "c" + std::to_string(i) + ".");
  }
  // Checks of some 25 bytes.
  EXPECT_LE(log.bytes(), kMaxBytes + 100 * 30 + 200);
  const std::string text = all(log);
  for (const char* kept :
       {"data: run\n", "data: s1.", "data: s5000.", "data: c1.", "data: c5000."}) {
    EXPECT_NE(text.find(kept), std::string::npos) << kept;
  }
}

TEST(EventLog, AViewerThatFellBehindGoesOnWithWhatIsThere) {
  EventLog log(2000, 100);
  log.publish(Keep::snapshot, std::string(500, 'x'));
  std::uint64_t stalled = 0;
  EXPECT_EQ(log.after(stalled, kNow).size(), 1U);
  for (int i = 0; i < 100; ++i) log.publish(Keep::snapshot, std::string(500, 'x'));
  const auto frames = log.after(stalled, kNow);
  EXPECT_GE(frames.size(), 1U);
  EXPECT_LE(frames.size(), 4U);
  EXPECT_EQ(stalled, 101U);
}

TEST(EventLog, OnlyTheLatestStateCounts) {
  EventLog log;
  log.publish(Keep::latest, "paused");
  log.publish(Keep::check, "check");
  log.publish(Keep::latest, "resumed");
  EXPECT_EQ(all(log), "id: 2\ndata: check\n\nid: 3\ndata: resumed\n\n");
}

TEST(EventLog, WakesWhoWaitsWhenSomethingComesAndWhenItIsClosed) {
  EventLog log;
  std::uint64_t cursor = 0;
  std::thread publisher([&log] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    log.publish(Keep::check, "x");
  });
  EXPECT_EQ(log.after(cursor, std::chrono::seconds(30)).size(), 1U);
  publisher.join();
  std::thread closer([&log] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    log.close();
  });
  EXPECT_TRUE(log.after(cursor, std::chrono::seconds(30)).empty());
  closer.join();
  EXPECT_TRUE(log.closed());
}

TEST(RequestGuard, TokensAreLongAndDifferent) {
  const std::string token = random_token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_NE(token, random_token());
  EXPECT_TRUE(same_token(token, token));
  EXPECT_FALSE(same_token(token.substr(1), token));
  EXPECT_FALSE(same_token("", token));
}

TEST(RequestGuard, OnlyAddressesAndTheServersOwnNamesAreHosts) {
  for (const char* host : {"127.0.0.1:7878", "10.1.2.3", "[::1]:80", "localhost:1", "Node7:7878"}) {
    EXPECT_TRUE(host_allowed(host, "node7")) << host;
  }
  for (const char* host : {"evil.example", "node7.evil.example:7878", "127.0.0.1.evil.example", "",
                           "[::1", "1.2.3.4.5", "[]:80"}) {
    EXPECT_FALSE(host_allowed(host, "node7")) << host;
  }
  EXPECT_FALSE(host_allowed("", ""));
}

}  // namespace
}  // namespace nonneg::live
