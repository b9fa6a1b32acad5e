// SPDX-License-Identifier: Apache-2.0
/// Takes snapshots off the solver's hands: a ring of copies on their way to the host, and a thread
/// of its own that hands them to the sink.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "nonneg/snapshot.hpp"
#include "solve/host_sums.hpp"
#include "solve/schedule.hpp"

namespace nonneg {

template <class T>
class SnapshotStreamer {
 public:
  /// What is known of a snapshot when it is taken.
  struct Moment {
    Index iteration = 0;
    double seconds = 0;
    /// The sums hold the loss as it was added up entry by entry.
    bool by_entries = false;
  };
  /// Brings factors to the data's own scale, in place, and says what the sums mean. Called on the
  /// streamer's thread.
  using Develop = std::function<Snapshot<T>(const Moment& moment, const HostSums& sums,
                                            MatrixView<T> W, MatrixView<T> Ht)>;

  /// Makes a copy of the ring, for so many rows of W.
  using MakeCopy = std::function<std::unique_ptr<HostCopy<T>>(Index w_rows)>;

  /// For W m × k and `sums` sums. What the copies copy from and the sink must outlive the streamer.
  SnapshotStreamer(const MakeCopy& make_copy, SnapshotSink<T>& sink, const SnapshotOptions& options,
                   Index m, Index k, Index sums, Develop develop)
      : sink_(sink),
        develop_(std::move(develop)),
        clock_(options.schedule),
        rows_(static_cast<Index>(sampled_rows(m, options.w_rows).size())),
        stride_(rows_ > 1 ? sampled_rows(m, options.w_rows)[1] : 1),
        rank_(k),
        sum_count_(sums) {
    for (Index slot = 0; slot < options.ring; ++slot) {
      ring_.push_back(make_copy(rows_));
      free_.push_back(ring_.back().get());
    }
    thread_ = std::thread([this] { deliver(); });
  }

  /// Leaves out what the sink has not begun.
  ~SnapshotStreamer() {
    {
      const std::lock_guard lock(mutex_);
      waiting_.clear();
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  SnapshotStreamer(const SnapshotStreamer&) = delete;
  SnapshotStreamer& operator=(const SnapshotStreamer&) = delete;

  /// Asked once after each sweep, in order.
  bool due(Index iteration, double seconds) { return clock_.due(iteration, seconds); }

  /// True where the next take() would find room; where not, the snapshot counts as skipped.
  bool has_room() {
    const std::lock_guard lock(mutex_);
    if (failure_ != nullptr) return false;
    if (!free_.empty()) return true;
    ++skipped_;
    return false;
  }

  /// Waits until there is room; false where the sink has failed and nothing more will be taken.
  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !free_.empty() || failure_ != nullptr; });
    return failure_ == nullptr;
  }

  /// Takes a snapshot; there must be room. None once the sink, or a copy on its way to it, has
  /// failed: a copy that could not be waited for may still be under way.
  void take(const Moment& moment, MatrixView<const T> W, MatrixView<const T> Ht,
            const double* sums) {
    HostCopy<T>* copy = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (failure_ != nullptr) return;
      copy = free_.back();
      free_.pop_back();
    }
    const MatrixView<const T> sample(W.data(), rows_, W.cols(), stride_ * W.ld(), W.space());
    try {
      copy->take(sample, Ht, sums);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (failure_ == nullptr) failure_ = std::current_exception();
      throw;
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({moment, copy, skipped_});
      last_taken_ = moment.iteration;
    }
    changed_.notify_all();
  }

  /// The iteration of the last snapshot taken; -1 where there is none.
  Index last_taken() const {
    const std::lock_guard lock(mutex_);
    return last_taken_;
  }

  /// Waits until the sink has all that was taken.
  void drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_.size() == ring_.size() || failure_ != nullptr; });
  }

  /// Throws what the sink or a copy threw, if one did; from then on the sink gets nothing more.
  void rethrow_failure() const {
    std::exception_ptr failure;
    {
      const std::lock_guard lock(mutex_);
      failure = failure_;
    }
    if (failure != nullptr) std::rethrow_exception(failure);
  }

  Index skipped() const {
    const std::lock_guard lock(mutex_);
    return skipped_;
  }

 private:
  struct Waiting {
    Moment moment;
    HostCopy<T>* copy = nullptr;
    Index skipped = 0;
  };

  void deliver() {
    while (true) {
      Waiting next;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !waiting_.empty() || closing_; });
        // One may have been taken while the sink was failing.
        if (waiting_.empty() || failure_ != nullptr) return;
        next = waiting_.front();
        waiting_.pop_front();
      }
      std::exception_ptr failure;
      try {
        next.copy->wait();
        Snapshot<T> snapshot = develop_(next.moment, HostSums(next.copy->sums(), sum_count_, rank_),
                                        next.copy->W(), next.copy->Ht());
        snapshot.skipped = next.skipped;
        sink_.accept(snapshot);
      } catch (...) {
        failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        free_.push_back(next.copy);
        if (failure != nullptr) {
          failure_ = failure;
          waiting_.clear();
          closing_ = true;
        }
      }
      changed_.notify_all();
    }
  }

  SnapshotSink<T>& sink_;
  Develop develop_;
  ScheduleClock clock_;
  /// Of W in a snapshot: so many rows, every stride-th.
  Index rows_;
  Index stride_;
  Index rank_;
  Index sum_count_;
  std::vector<std::unique_ptr<HostCopy<T>>> ring_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<HostCopy<T>*> free_;
  std::deque<Waiting> waiting_;
  Index skipped_ = 0;
  Index last_taken_ = -1;
  std::exception_ptr failure_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace nonneg
