// SPDX-License-Identifier: Apache-2.0
#include "live/event_log.hpp"

#include <algorithm>

namespace nonneg::live {
namespace {

constexpr std::size_t kBatchBytes = 256U << 10U;

}  // namespace

void EventLog::publish(Keep keep, const std::string& data) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = ++last_;
    auto frame = std::make_shared<const std::string>("id: " + std::to_string(number) +
                                                     "\ndata: " + data + "\n\n");
    if (keep == Keep::latest) {
      std::erase_if(entries_, [](const Entry& entry) { return entry.keep == Keep::latest; });
    }
    if (keep == Keep::snapshot) snapshot_bytes_ += frame->size();
    if (keep == Keep::check) ++checks_;
    entries_.push_back({number, keep, std::move(frame)});
    if (snapshot_bytes_ > most_snapshot_bytes_) thin(Keep::snapshot);
    if (checks_ > most_checks_) thin(Keep::check);
  }
  arrived_.notify_all();
}

void EventLog::thin(Keep keep) {
  std::size_t seen = 0;
  std::erase_if(entries_, [&](const Entry& entry) {
    // The newest may be one that nobody was sent yet.
    if (entry.keep != keep || entry.number == last_ || seen++ % 2 == 0) return false;
    if (keep == Keep::snapshot) snapshot_bytes_ -= entry.frame->size();
    if (keep == Keep::check) --checks_;
    return true;
  });
}

std::vector<EventLog::Frame> EventLog::after(std::uint64_t& cursor,
                                             std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, patience, [&] { return closed_ || last_ > cursor; });
  auto entry = std::upper_bound(entries_.begin(), entries_.end(), cursor,
                                [](std::uint64_t n, const Entry& e) { return n < e.number; });
  std::vector<Frame> frames;
  for (std::size_t bytes = 0; entry != entries_.end() && bytes < kBatchBytes; ++entry) {
    frames.push_back(entry->frame);
    bytes += entry->frame->size();
    cursor = entry->number;
  }
  return frames;
}

void EventLog::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
}

bool EventLog::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t EventLog::bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.frame->size();
  return sum;
}

}  // namespace nonneg::live
