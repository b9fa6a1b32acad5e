// SPDX-License-Identifier: Apache-2.0
/// The steps of a factorization that the command takes: solve, watch, record, write, tell.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/commands/interrupt.hpp"
#include "cli/options/result_options.hpp"
#include "cli/output/exit_status.hpp"
#include "cli/output/progress.hpp"
#include "nonneg/solver.hpp"
#include "records/run_directory.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {

/// Called at each check, with the solver between two sweeps.
template <class T>
using Watcher = std::function<void(const Solver<T>&, const LossRecord&)>;

/// Runs to the end, or to what was reached when the user stopped it. `initial` may be null.
template <class T>
Result<T> solve(const DataView& A, const Options& options, const InitialFactors<T>* initial,
                Progress& progress, Interrupt& interrupt, const Watcher<T>& watch = {});

/// Says them on standard error, unless quiet.
void say_warnings(const std::vector<std::string>& warnings, const Telling& telling);

/// Says the run's warnings, and writes the run with `further` files into `directory`, where there
/// is one.
template <class T>
void write_run(const nlohmann::ordered_json& record, const Result<T>& result,
               records::RunDirectory* directory, const Telling& telling,
               const std::vector<records::TextFile>& further = {});

/// Prints the record with "out" on standard output, and with the history where it is a run's.
void print_json(nlohmann::ordered_json record, const std::string& out,
                const std::vector<LossRecord>& history = {});

ExitStatus status_of(StopReason reason) noexcept;

}  // namespace nonneg::cli
