// SPDX-License-Identifier: Apache-2.0
/// `factorize --restarts R`: many runs that differ by their seeds, of which the best is kept as a
/// run of its own.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/component_results.hpp"
#include "cli/commands/interrupt.hpp"
#include "cli/commands/run_watch.hpp"
#include "cli/options/option_table.hpp"
#include "cli/options/result_options.hpp"
#include "cli/output/exit_status.hpp"
#include "cli/output/progress.hpp"
#include "ensemble/restart_directory.hpp"
#include "nonneg/options.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {

struct RestartArguments {
  /// R.
  Index count = 1;
  bool resume = false;
  /// "i/N"; empty: this process does all, and combines.
  std::string worker;
  bool keep_w = false;

  bool many() const noexcept { return count > 1; }
};

/// The option alone, for a command that plans.
Option& add_restart_count(OptionTable& table, Index& count);
/// Throws InvalidArgument for a number of runs that is none.
void require_restart_count(Index count);
/// All of them, under a heading of their own.
void add_restarts(OptionTable& table, RestartArguments& restarts);

/// Throws InvalidArgument where options do not go with many runs, or with a single one.
/// `first_seed` is that of --seed.
void require_restarts(const RestartArguments& restarts, std::uint64_t first_seed, bool overwrite,
                      const WatchArguments& watch, Init init);

/// What may be in --out already.
ensemble::Access access_of(const RestartArguments& restarts, bool overwrite);

/// What the runs are of.
struct RestartRequest {
  const RestartArguments& restarts;
  /// What is made of the best; the files of the others are as the runs left them.
  const ComponentArguments& components;
  /// The record of the best; its options' rank is that of all, and its seed the first.
  const records::RunRequest& run;
  const DataView& A;
  const Telling& telling;
  /// Said beside the best run's own.
  std::vector<std::string> warnings;
};

/// Does the runs that this process has to do and are not there yet, in the precision T, and, unless
/// it is a worker, puts the best into the directory and says what came of them. Throws as
/// factorize_all() and RestartDirectory do.
template <class T>
ExitStatus run_restarts(const RestartRequest& request, ensemble::RestartDirectory& directory,
                        Progress& progress, Interrupt& interrupt);

}  // namespace nonneg::cli
