// SPDX-License-Identifier: Apache-2.0
/// What of a run can be watched while it goes on: snapshots on disk, the live page.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/commands/interrupt.hpp"
#include "cli/options/live_options.hpp"
#include "cli/options/option_table.hpp"
#include "io/made_directories.hpp"
#include "live/live_server.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "nonneg/solver.hpp"

namespace nonneg::cli {

struct WatchArguments {
  /// Directory for snapshots; empty: none are kept.
  std::string snapshots;
  // When; at most one of them.
  std::optional<Index> every;
  std::optional<double> seconds;
  std::string at;
  /// Most rows of W in a snapshot; 0: all.
  Index rows = 0;
  std::string image_shape;
  bool no_pictures = false;

  bool live = false;
  ServeArguments serve;
  std::optional<double> linger;
};

/// What to watch, under a heading of its own.
void add_watching(OptionTable& table, WatchArguments& watch);

/// Takes a run's snapshots and checks to the directory and the page that were asked for; does
/// nothing where neither was.
class RunWatch {
 public:
  /// Looks at the options and the places before the work begins, and serves the page. Throws
  /// InvalidArgument, IoError, NotAvailable.
  RunWatch(const WatchArguments& arguments, const std::string& out, bool overwrite,
           Interrupt& interrupt);
  ~RunWatch();
  RunWatch(const RunWatch&) = delete;
  RunWatch& operator=(const RunWatch&) = delete;

  /// Whether anything was asked for.
  bool active() const noexcept { return !arguments_.snapshots.empty() || server_ != nullptr; }
  /// The live page's address; empty where there is none.
  std::string address() const { return server_ ? server_->address() : std::string(); }
  /// Asked to stop by a signal, or by someone at the page.
  std::stop_token token() const { return stop_.get_token(); }

  /// Begins to stream. `run` is what is known of it; the rest is filled in here.
  template <class T>
  void begin(Solver<T>& solver, const DataView& A, SnapshotRun run);
  void on_check(const LossRecord& record);
  /// Waits while someone at the page has paused the run.
  void before_sweep();
  /// Whether a snapshot could not be kept: the run ended with it, its factors are good.
  bool snapshots_failed() const noexcept;

  /// The run is over; `run_json` may be null. Where a snapshot could not be kept, tries no more.
  void end(const SnapshotEnd& end, const nlohmann::ordered_json& run_json);
  /// Keeps the page for as long as was asked for.
  void linger();

  /// Absolute; empty where there is none.
  const std::string& snapshots() const noexcept { return directory_path_; }

 private:
  template <class T>
  class FanOut;
  class Sinks;

  WatchArguments arguments_;
  std::string out_;
  bool overwrite_;
  Interrupt& interrupt_;
  SnapshotOptions options_;
  Index image_rows_ = 0;
  Index image_cols_ = 0;
  std::string directory_path_;
  /// Made to hold it.
  std::shared_ptr<io::MadeDirectories> parents_;
  std::stop_source stop_;
  std::optional<std::stop_callback<std::function<void()>>> on_signal_;
  std::unique_ptr<live::LiveServer> server_;
  std::unique_ptr<SnapshotDirectory> directory_;
  std::unique_ptr<Sinks> sinks_;
};

}  // namespace nonneg::cli
