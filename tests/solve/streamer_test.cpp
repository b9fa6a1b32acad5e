// SPDX-License-Identifier: Apache-2.0
// A copy of the ring is taken anew only once it was waited for, whatever fails between.
#include "solve/streamer.hpp"

#include <gtest/gtest.h>

#include "nonneg/error.hpp"
#include "support/recording_sink.hpp"

namespace nonneg::test {
namespace {

/// What the copies of a ring were asked for.
struct Asked {
  int taken = 0;
  bool take_fails = false;
  bool wait_fails = false;
};

/// Of 2 × 1 factors on the host.
class FailingCopy final : public HostCopy<float> {
 public:
  explicit FailingCopy(Asked& asked) : asked_(asked) {}

  void take(MatrixView<const float> /*W*/, MatrixView<const float> /*Ht*/,
            const double* /*sums*/) override {
    ++asked_.taken;
    if (asked_.take_fails) throw DeviceError("the copy failed half way");
  }
  void wait() override {
    if (asked_.wait_fails) throw DeviceError("the wait failed");
  }
  MatrixView<float> W() override { return {factor_.data(), 2, 1, 1}; }
  MatrixView<float> Ht() override { return {factor_.data(), 2, 1, 1}; }
  const double* sums() const override { return &sum_; }

 private:
  Asked& asked_;
  std::vector<float> factor_ = {1, 2};
  double sum_ = 0;
};

class StreamerTest : public ::testing::Test {
 protected:
  void take() { streamer.take({}, view(), view(), nullptr); }

  Asked asked;
  std::vector<float> factor = {1, 2};
  RecordingSink<float> sink;
  SnapshotStreamer<float> streamer{[this](Index) { return std::make_unique<FailingCopy>(asked); },
                                   sink,
                                   SnapshotOptions(),
                                   2,
                                   1,
                                   1,
                                   [](const SnapshotStreamer<float>::Moment&, const HostSums&,
                                      MatrixView<float> W, MatrixView<float> Ht) {
                                     Snapshot<float> snapshot;
                                     snapshot.W = W;
                                     snapshot.Ht = Ht;
                                     return snapshot;
                                   }};

 private:
  MatrixView<const float> view() const { return {factor.data(), 2, 1, 1}; }
};

TEST_F(StreamerTest, ACopyThatCouldNotBeWaitedForIsNotTakenAgain) {
  asked.wait_fails = true;
  take();
  streamer.drain();
  take();
  EXPECT_EQ(asked.taken, 1);
  EXPECT_THROW(streamer.rethrow_failure(), DeviceError);
  EXPECT_FALSE(streamer.has_room());
}

TEST_F(StreamerTest, ACopyThatFailedHalfWayIsNotTakenAgain) {
  asked.take_fails = true;
  EXPECT_THROW(take(), DeviceError);
  asked.take_fails = false;
  EXPECT_FALSE(streamer.has_room());
  EXPECT_FALSE(streamer.wait_for_room());
  take();
  EXPECT_EQ(asked.taken, 1);
  EXPECT_THROW(streamer.rethrow_failure(), DeviceError);
}

TEST_F(StreamerTest, CopiesThatWereWaitedForAreTakenAgain) {
  for (int snapshot = 0; snapshot < 20; ++snapshot) {
    ASSERT_TRUE(streamer.wait_for_room());
    take();
  }
  streamer.drain();
  EXPECT_NO_THROW(streamer.rethrow_failure());
  EXPECT_EQ(asked.taken, 20);
}

}  // namespace
}  // namespace nonneg::test
