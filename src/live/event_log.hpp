// SPDX-License-Identifier: Apache-2.0
/// What a run has told so far, as frames of an event stream: each viewer reads it at its own pace.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace nonneg::live {

/// How an event ages.
enum class Keep {
  /// Always there.
  always,
  /// Of a series that may be thinned: every other one goes when there are too many.
  check,
  snapshot,
  /// Replaces the one of its kind before it.
  latest
};

/// Bounded in size however long the run. A viewer holds nothing here but the number of the last
/// frame that it was sent, so that one that stalls costs nothing: it goes on with what is there
/// when it can be written to again, and what was thinned meanwhile it does not get.
class EventLog {
 public:
  static constexpr std::size_t kMaxSnapshotBytes = 24U << 20U;
  static constexpr std::size_t kMaxChecks = 20000;

  using Frame = std::shared_ptr<const std::string>;

  explicit EventLog(std::size_t most_snapshot_bytes = kMaxSnapshotBytes,
                    std::size_t most_checks = kMaxChecks)
      : most_snapshot_bytes_(most_snapshot_bytes), most_checks_(most_checks) {}

  /// Adds an event. `data` has no line breaks. Never waits for a viewer.
  void publish(Keep keep, const std::string& data);

  /// Returns the frames after number `cursor`, the oldest first, some 256 KiB at a time; none when
  /// none came within `patience`, or after close(). Moves the cursor.
  std::vector<Frame> after(std::uint64_t& cursor, std::chrono::milliseconds patience);

  /// Wakes who waits in after(); nothing waits from here on.
  void close();
  bool closed() const;

  /// Returns the bytes of all frames.
  std::size_t bytes() const;

 private:
  struct Entry {
    std::uint64_t number;
    Keep keep;
    Frame frame;
  };
  void thin(Keep keep);

  const std::size_t most_snapshot_bytes_;
  const std::size_t most_checks_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  /// By ascending number.
  std::deque<Entry> entries_;
  std::uint64_t last_ = 0;
  std::size_t snapshot_bytes_ = 0;
  std::size_t checks_ = 0;
  bool closed_ = false;
};

}  // namespace nonneg::live
