// SPDX-License-Identifier: Apache-2.0
#include "base/thread_team.hpp"

#include <linux/futex.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace nonneg {

namespace {

using Word = std::atomic<std::uint32_t>;
static_assert(sizeof(Word) == sizeof(std::uint32_t) && Word::is_always_lock_free);

/// How long a thread looks for what it waits for before it sleeps: about as long as waking it
/// takes.
constexpr std::chrono::microseconds kSpin{50};

/// Who sleeps at a word, as bits: so a call wakes some of them.
constexpr std::uint32_t kAnybody = ~0U;
constexpr std::uint32_t bit_of(int index) { return 1U << (static_cast<unsigned>(index) % 32U); }

/// Sleeps while the word has this value; may return early.
void sleep_while(Word& word, std::uint32_t value, std::uint32_t who) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, nullptr, nullptr, who);
}

/// Wakes all that sleep there with one of these bits.
void wake(Word& word, std::uint32_t who) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr, nullptr, who);
}

void pause_briefly() {
#if defined(__SSE2__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// Whether done() becomes true within kSpin.
template <class Done>
bool seen_soon(const Done& done) {
  constexpr int kLooksPerGlance = 16;  // at the clock
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int look = 0; look < kLooksPerGlance; ++look) {
      if (done()) return true;
      pause_briefly();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/// Goes where OpenMP would have its thread of this index: OMP_PROC_BIND and the like bind the first
/// thread, and one that is made by it would stay beside it.
void leave_the_callers_core(int index) {
  const int places = omp_get_num_places();
  if (places == 0) return;
  const int place = index % places;
  std::vector<int> cpus(static_cast<std::size_t>(omp_get_place_num_procs(place)));
  if (cpus.empty()) return;
  omp_get_place_proc_ids(place, cpus.data());
  const int count = *std::max_element(cpus.begin(), cpus.end()) + 1;
  const std::size_t bytes = CPU_ALLOC_SIZE(count);
  cpu_set_t* const set = CPU_ALLOC(count);
  if (set == nullptr) return;
  CPU_ZERO_S(bytes, set);
  for (const int cpu : cpus) CPU_SET_S(cpu, bytes, set);
  // Where it may not go there, it stays.
  static_cast<void>(::sched_setaffinity(0, bytes, set));
  CPU_FREE(set);
}

/// Counts the forks that led to this process: a team's threads stay in the parent.
std::atomic<int> forks{0};

/// Whether this thread is at work on a part.
thread_local bool within_part = false;

void do_alone(const PartedWork& work) {
  for (int part = 0; part < work.parts; ++part) work.call(work.context, part);
}

}  // namespace

class ThreadTeam::Impl {
 public:
  Impl() : born_after_forks_(forks) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    stopping_ = true;
    round_.fetch_add(1);
    wake(round_, kAnybody);
    for (std::thread& thread : threads_) thread.join();
  }

  bool is_of_this_process() const { return born_after_forks_ == forks; }

  void run(const PartedWork& work) {
    hire(work.parts - 1);
    // Nobody else looks at these: no work is open, and nobody is inside.
    work_ = work;
    const auto parts = static_cast<std::size_t>(work.parts);
    if (parts > begun_.size()) begun_ = std::vector<std::atomic<bool>>(parts);
    for (std::atomic<bool>& begun : begun_) begun.store(false, std::memory_order_relaxed);
    failed_part_ = work.parts;
    failure_ = nullptr;

    open_ = true;
    round_.fetch_add(1);
    if (sleepers_ > 0) wake(round_, threads_of(work.parts));
    take_parts(0);
    open_ = false;
    // Whoever came while it was open is at the last parts.
    if (!seen_soon([this] { return inside_ == 0; })) wait_for_the_last();
    work_ = {};
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  /// Makes the team as large as that, or as the system allows: the calling thread takes what is
  /// left.
  void hire(int wanted) {
    while (std::ssize(threads_) < wanted) {
      const int index = static_cast<int>(threads_.size()) + 1;
      const std::uint32_t seen = round_;
      try {
        threads_.emplace_back([this, index, seen] { serve(index, seen); });
      } catch (const std::system_error&) {
        return;
      }
    }
  }

  void serve(int index, std::uint32_t seen) {
    within_part = true;
    leave_the_callers_core(index);
    while (true) {
      if (!seen_soon([&] { return round_ != seen; })) {
        sleepers_.fetch_add(1);
        while (round_ == seen) sleep_while(round_, seen, bit_of(index));
        sleepers_.fetch_sub(1);
      }
      seen = round_;
      if (stopping_) return;
      // In this order: run() closes the work first, and then looks who is inside.
      inside_.fetch_add(1);
      if (open_ && index < work_.parts) take_parts(index);
      if (inside_.fetch_sub(1) == 1 && caller_sleeps_) wake(inside_, kAnybody);
    }
  }

  /// The bits of the team's threads for so many parts: 1 … parts - 1, and where there are more than
  /// 32 threads those that share their bits.
  static std::uint32_t threads_of(int parts) {
    constexpr int kBits = 32;
    return parts >= kBits ? kAnybody : (bit_of(parts) - 1) & ~bit_of(0);
  }

  /// Takes parts from its own on, until all have begun.
  void take_parts(int index) {
    const bool was_within = std::exchange(within_part, true);
    for (int step = 0; step < work_.parts; ++step) {
      const int part = (index + step) % work_.parts;
      if (begun_[static_cast<std::size_t>(part)].exchange(true)) continue;
      try {
        work_.call(work_.context, part);
      } catch (...) {
        keep_failure(part);
      }
    }
    within_part = was_within;
  }

  void keep_failure(int part) {
    while (failure_lock_.exchange(true)) pause_briefly();
    if (part < failed_part_) {
      failed_part_ = part;
      failure_ = std::current_exception();
    }
    failure_lock_ = false;
  }

  void wait_for_the_last() {
    caller_sleeps_ = true;
    for (std::uint32_t inside = inside_; inside != 0; inside = inside_) {
      sleep_while(inside_, inside, kAnybody);
    }
    caller_sleeps_ = false;
  }

  int born_after_forks_;
  /// Of the work that is open, if any.
  PartedWork work_;
  std::vector<std::atomic<bool>> begun_;
  std::atomic<bool> failure_lock_{false};
  int failed_part_ = 0;
  std::exception_ptr failure_;

  /// Counts the pieces of work, and one more at the end.
  alignas(64) Word round_{0};
  Word sleepers_{0};
  std::atomic<bool> open_{false};
  std::atomic<bool> stopping_{false};
  /// Threads that look at the work, or are at it.
  alignas(64) Word inside_{0};
  std::atomic<bool> caller_sleeps_{false};

  std::vector<std::thread> threads_;
};

void ThreadTeam::Deleter::operator()(Impl* team) const {
  // What a fork has left behind has no threads that could end.
  if (team->is_of_this_process()) delete team;
}

ThreadTeam::Impl& ThreadTeam::own() {
  static const int kCounted = ::pthread_atfork(nullptr, nullptr, [] { ++forks; });
  static_cast<void>(kCounted);
  thread_local std::unique_ptr<Impl, Deleter> team;
  if (team == nullptr || !team->is_of_this_process()) team.reset(new Impl);
  return *team;
}

void ThreadTeam::run(const PartedWork& work) {
  if (work.parts <= 1 || within_part) {
    do_alone(work);
  } else {
    own().run(work);
  }
}

// OpenMP, which oneDNN brings along, may have bound this thread when it was loaded: its own count
// is of what the process may run on all the same.
int usable_threads() { return std::max(1, omp_get_num_procs()); }

}  // namespace nonneg
