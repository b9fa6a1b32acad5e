// SPDX-License-Identifier: Apache-2.0
#include "nonneg/factorize_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/byte_count.hpp"
#include "base/memory_info.hpp"
#include "base/thread_team.hpp"
#include "data/readable.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/precision.hpp"
#include "options/resolve.hpp"
#include "solve/plan.hpp"
#include "solve/problem.hpp"
#include "solve/run.hpp"

namespace nonneg {

namespace {

/// Throws InvalidArgument for options that belong to a single run, and as validate() does for each
/// of the runs. Returns the options of the largest.
Options options_of_the_largest(std::span<const Replicate> runs, const Options& options) {
  if (options.rank != 0) {
    throw InvalidArgument(
        Subject::rank,
        fmt::format("rank = {}: each of many runs has its own; leave rank at 0", options.rank));
  }
  if (options.seed != 0) {
    throw InvalidArgument(
        Subject::seed,
        fmt::format("seed = {}: each of many runs has its own; leave seed at 0", options.seed));
  }
  if (options.init != Init::random) {
    throw InvalidArgument(
        Subject::init,
        fmt::format("init = {}: runs that differ by their seeds begin from factors that are drawn; "
                    "use init = random, or a run of its own",
                    to_string(options.init)));
  }
  Options largest = options;
  for (const Replicate& run : runs) {
    Options own = options;
    own.rank = run.rank;
    validate(own);
    largest.rank = std::max(largest.rank, run.rank);
  }
  return largest;
}

/// How runs share the threads of the host, before anybody asks for memory.
struct Sharing {
  int threads_each = 1;
  Index side_by_side = 1;
  std::string reason;
};

Sharing sharing_of(const DataView& A, const Options& largest, BackendKind kind, Index runs,
                   Index in_all) {
  const Index all = std::max(runs, in_all);
  const int threads = largest.threads > 0 ? largest.threads : usable_threads();
  if (kind != BackendKind::cpu) {
    return {.threads_each = threads, .reason = "a device takes one run after the other"};
  }
  const bool enough = all >= threads;
  const bool small = sweep_threads(A.rows(), A.cols(), largest.rank, 0) == 1;
  const std::string words = fmt::format("{} run{} and {} thread{}", all, all == 1 ? "" : "s",
                                        threads, threads == 1 ? "" : "s");
  if (!enough && !small) {
    return {.threads_each = sweep_threads(A.rows(), A.cols(), largest.rank, largest.threads),
            .reason = words + ": one run after the other, with all threads"};
  }
  return {.threads_each = 1,
          .side_by_side = std::max<Index>(std::min<Index>(threads, runs), 1),
          .reason = words + (enough ? ": whole runs side by side"
                                    : ": a run is too small for a second thread")};
}

/// As many runs as memory holds, of which one does.
void fit_into_memory(Sharing& sharing, const Plan& each) {
  if (sharing.side_by_side == 1 || each.total_bytes == 0) return;
  const std::uint64_t free = available_memory_bytes();
  const auto fitting = static_cast<Index>(std::min<std::uint64_t>(
      free / each.total_bytes, static_cast<std::uint64_t>(sharing.side_by_side)));
  if (fitting >= sharing.side_by_side) return;
  sharing.side_by_side = std::max<Index>(fitting, 1);
  sharing.reason +=
      fmt::format("; {} free, and a run takes {}", byte_count(free), byte_count(each.total_bytes));
}

/// Runs that are under way at once, each thread's on a problem of its own.
template <class T>
class Workers {
 public:
  Workers(const DataView& A, const Options& options, const BackendChoice& choice,
          std::span<const Replicate> runs, const ReplicateCallback<T>& on_end,
          const std::stop_token& stop)
      : A_(A),
        options_(options),
        choice_(choice),
        runs_(runs),
        on_end_(on_end),
        on_stop_(stop, [this] { stop_.request_stop(); }),
        waiting_(runs.size()) {
    std::iota(waiting_.begin(), waiting_.end(), Index{0});
  }

  /// Returns when all have ended, and throws what ended them early. The calling thread is one of
  /// the workers, and `problem` its own.
  void run(Problem<T>& problem, Index count) {
    {
      std::vector<std::jthread> others;
      active_ = 1;
      for (Index worker = 1; worker < count; ++worker) {
        const std::lock_guard lock(mutex_);
        try {
          others.emplace_back([this] { work_on_own_problem(); });
          ++active_;
        } catch (const std::system_error&) {
          break;  // The system has no more threads: those that there are do the work.
        }
      }
      work(problem);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work_on_own_problem() {
    try {
      Problem<T> problem(A_, options_);
      work(problem);
    } catch (const OutOfMemory&) {
      leave(std::current_exception(), {});
    } catch (...) {
      fail(std::current_exception());
    }
  }

  /// Runs until none is waiting.
  void work(Problem<T>& problem) {
    while (const std::optional<Index> index = take()) {
      try {
        solve(problem, *index);
      } catch (const OutOfMemory&) {
        leave(std::current_exception(), index);
        return;
      } catch (...) {
        fail(std::current_exception());
        return;
      }
    }
  }

  void solve(Problem<T>& problem, Index index) {
    const Replicate& replicate = runs_[static_cast<std::size_t>(index)];
    Options own = problem.options();
    own.rank = replicate.rank;
    own.seed = replicate.seed;
    Run<T> run(problem, own, nullptr, Clock::now());
    run.run(stop_.get_token(), {}, {});
    Result<T> result = run.result();
    result.backend_reason = choice_.reason;
    const std::lock_guard lock(mutex_);
    // What another run's end has cut short is nobody's result.
    if (failure_) return;
    on_end_(index, std::move(result));
  }

  /// The next run; none where all have begun, or no more shall.
  std::optional<Index> take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || failure_ || stop_.stop_requested()) {
      --active_;
      return std::nullopt;
    }
    const Index index = waiting_.front();
    waiting_.pop_front();
    return index;
  }

  /// For want of memory: the others do what this worker would have done, if there are others.
  void leave(const std::exception_ptr& why, std::optional<Index> undone) {
    {
      const std::lock_guard lock(mutex_);
      if (active_ > 1) {
        --active_;
        if (undone) waiting_.push_front(*undone);
        return;
      }
    }
    fail(why);
  }

  void fail(const std::exception_ptr& why) {
    const std::lock_guard lock(mutex_);
    --active_;
    if (!failure_) failure_ = why;
    stop_.request_stop();
  }

  const DataView& A_;
  const Options& options_;
  const BackendChoice& choice_;
  std::span<const Replicate> runs_;
  const ReplicateCallback<T>& on_end_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> on_stop_;
  /// Over all that follows, and held while on_end is called.
  std::mutex mutex_;
  std::deque<Index> waiting_;
  /// Workers that may still take a run.
  Index active_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

template <class T>
void factorize_all(const DataView& A, std::span<const Replicate> runs, const Options& given,
                   const ReplicateCallback<T>& on_end, std::stop_token stop, Index in_all) {
  if (runs.empty()) return;
  require_readable(Subject::A, A);
  Options options = options_of_the_largest(runs, given);
  const BackendChoice choice = choose_backend(resolve(options, A), A);
  options.backend = choice.kind;
  options.device = choice.device;
  Sharing sharing = sharing_of(A, options, choice.kind, std::ssize(runs), in_all);
  if (choice.kind == BackendKind::cpu) options.threads = sharing.threads_each;
  Problem<T> problem(A, options);
  fit_into_memory(sharing,
                  problem.plan(options.rank, run_needs(problem.options(), A.rows(), A.cols())));
  Workers<T>(A, options, choice, runs, on_end, stop).run(problem, sharing.side_by_side);
}

void factorize_all_any(const DataView& A, std::span<const Replicate> runs, const Options& given,
                       const AnyReplicateCallback& on_end, std::stop_token stop, Index in_all) {
  if (runs.empty()) return;
  Options options = given;
  options.precision = choose_precision(A, options_of_the_largest(runs, given)).precision;
  const auto run = [&]<class T>(T /*of the precision*/) {
    factorize_all<T>(
        A, runs, options,
        [&on_end](Index index, Result<T> result) { on_end(index, AnyResult(std::move(result))); },
        std::move(stop), in_all);
  };
  if (options.precision == Precision::float64) {
    run(double{});
  } else {
    run(float{});
  }
}

SharedPlan make_shared_plan(const DataView& A, std::span<const Replicate> runs,
                            const Options& given, Index in_all) {
  Options options = options_of_the_largest(runs, given);
  if (runs.empty()) return {};
  const BackendChoice choice = choose_backend(resolve(options, A), A);
  options.backend = choice.kind;
  options.device = choice.device;
  Sharing sharing = sharing_of(A, options, choice.kind, std::ssize(runs), in_all);
  if (choice.kind == BackendKind::cpu) options.threads = sharing.threads_each;
  const Plan each = make_plan(A, options);
  fit_into_memory(sharing, each);
  const auto workers = static_cast<std::uint64_t>(sharing.side_by_side);
  return {.each = each,
          .runs = std::ssize(runs),
          .side_by_side = sharing.side_by_side,
          .threads_each = sharing.threads_each,
          .total_bytes = each.total_bytes > Buffers::kMaxBytes / workers
                             ? Buffers::kMaxBytes
                             : each.total_bytes * workers,
          .reason = sharing.reason};
}

template NONNEG_EXPORT void factorize_all(const DataView&, std::span<const Replicate>,
                                          const Options&, const ReplicateCallback<float>&,
                                          std::stop_token, Index);
template NONNEG_EXPORT void factorize_all(const DataView&, std::span<const Replicate>,
                                          const Options&, const ReplicateCallback<double>&,
                                          std::stop_token, Index);

}  // namespace nonneg
