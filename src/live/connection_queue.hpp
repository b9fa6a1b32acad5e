/// Threads for connections, and no more connections than can be had.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
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
/// is room: a flood of them takes no file descriptors from the run.
class ConnectionQueue final : public httplib::TaskQueue {
 public:
  explicit ConnectionQueue(std::size_t threads) : limit_(threads) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }

  Enqueued enqueue(std::function<void()> connection) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return waiting_.size() < limit_ || over_; });
    waiting_.push_back(std::move(connection));
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
  }

 private:
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return !waiting_.empty() || over_; });
      if (waiting_.empty()) return;
      const std::function<void()> connection = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      room_.notify_one();
      connection();
    }
  }

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  std::deque<std::function<void()>> waiting_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace nonneg::live
