// SPDX-License-Identifier: Apache-2.0
/// Threads for connections, and no more connections than can be had.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace nonneg::live {

/// What enqueue returns: nothing in older versions of cpp-httplib; in newer ones, whether the
/// connection was taken.
using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

/// With every thread busy and as many connections waiting, the next one is not accepted until there
/// is room: a flood of them takes no file descriptors from the run. Once it is made it needs no
/// further memory and no further thread.
class ConnectionQueue final : public httplib::TaskQueue {
 public:
  /// Throws std::system_error where that many threads cannot be had.
  explicit ConnectionQueue(std::size_t threads) : waiting_(threads) {
    threads_.reserve(threads);
    try {
      for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
      }
    } catch (...) {
      shutdown();
      throw;
    }
  }
  ConnectionQueue(const ConnectionQueue&) = delete;
  ConnectionQueue& operator=(const ConnectionQueue&) = delete;
  ~ConnectionQueue() override { ConnectionQueue::shutdown(); }

  Enqueued enqueue(std::function<void()> connection) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return count_ < waiting_.size() || over_; });
    if (count_ < waiting_.size()) {
      waiting_[(first_ + count_) % waiting_.size()] = std::move(connection);
      ++count_;
    }
    lock.unlock();
    arrived_.notify_one();
    return static_cast<Enqueued>(true);
  }

  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    arrived_.notify_all();
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return count_ > 0 || over_; });
      if (count_ == 0) return;
      const std::function<void()> connection = std::exchange(waiting_[first_], nullptr);
      first_ = (first_ + 1) % waiting_.size();
      --count_;
      lock.unlock();
      room_.notify_one();
      try {
        connection();
      } catch (...) {
        // Out of memory, say: the viewer asks again.
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  /// A ring: `count_` connections from `first_` on.
  std::vector<std::function<void()>> waiting_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace nonneg::live
