// SPDX-License-Identifier: Apache-2.0
/// Where a run waits while it is paused.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace nonneg::live {

class PauseGate {
 public:
  void set(bool paused) {
    {
      const std::lock_guard lock(mutex_);
      paused_ = paused;
    }
    changed_.notify_all();
  }
  /// Returns when not paused, or when asked to stop.
  void wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return !paused_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool paused_ = false;
};

}  // namespace nonneg::live
