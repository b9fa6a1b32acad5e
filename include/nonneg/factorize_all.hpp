// SPDX-License-Identifier: Apache-2.0
/// Many runs on one A: restarts from several seeds, and of several ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "nonneg/any.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// What differs between runs on one A.
struct Replicate {
  /// Number of components k.
  Index rank = 0;
  /// Of the random numbers that its first factors are drawn from.
  std::uint64_t seed = 0;
};

/// Takes the result of a run that has ended, and its place in the list of runs. It is called by one
/// thread at a time, but not always by the same one, and in the order in which runs end.
template <class T>
using ReplicateCallback = std::function<void(Index replicate, Result<T> result)>;
/// The same of results whose precision is chosen at run time.
using AnyReplicateCallback = std::function<void(Index replicate, AnyResult result)>;

/// How many runs share the machine.
struct SharedPlan {
  /// What one of the largest runs takes, by itself.
  Plan each;
  /// Runs.
  Index runs = 0;
  /// Runs that are under way at once.
  Index side_by_side = 1;
  /// Threads on the host that each of them has.
  int threads_each = 1;
  /// Memory of those under way at once, where `each` has its own.
  std::uint64_t total_bytes = 0;
  /// Why it is so many, in words.
  std::string reason;
};

/// Runs on A (m × n), one for each of `runs`, each of which comes to the same bits as
/// factorize<T>() with its rank and seed and as many threads as it has here. `on_end` is handed
/// every run's result as it ends, and none is held; what it throws ends the others and is thrown.
///
/// On the CPU, where there are at least as many runs as threads (options.threads; 0: as many as
/// this process may run on), or where a run by itself is worth no second thread, each run has one
/// thread, and as many runs go side by side as there are threads and as memory holds. Else, and on
/// a device, they go one after the other, with all threads. `in_all` is how many runs there are
/// where these are a part of them, so that work that is split or resumed comes to the same bits as
/// a whole; 0: these are all.
///
/// options.rank and options.seed stay unset, since each run has its own. When `stop` is requested,
/// runs under way end as StopReason::cancelled and are handed over; others do not begin. Throws as
/// Solver does, before any sweep where A or options cannot be used; InvalidArgument, too, for
/// options of a single run (Subject::rank, Subject::seed, Subject::init), and OutOfMemory where
/// memory does not hold a single run.
template <class T>
NONNEG_EXPORT void factorize_all(const DataView& A, std::span<const Replicate> runs,
                                 const Options& options, const ReplicateCallback<T>& on_end,
                                 std::stop_token stop = {}, Index in_all = 0);

/// The same in the precision that choose_precision() finds.
NONNEG_EXPORT void factorize_all_any(const DataView& A, std::span<const Replicate> runs,
                                     const Options& options, const AnyReplicateCallback& on_end,
                                     std::stop_token stop = {}, Index in_all = 0);

/// How factorize_all() would share this machine among the runs, from the shape and kind of A, which
/// is not looked into. Throws as make_plan() does, and for options of a single run.
NONNEG_EXPORT SharedPlan make_shared_plan(const DataView& A, std::span<const Replicate> runs,
                                          const Options& options, Index in_all = 0);

}  // namespace nonneg
