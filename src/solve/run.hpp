// SPDX-License-Identifier: Apache-2.0
/// One run on a problem: W and H from their first values to their last.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "nonneg/result.hpp"
#include "nonneg/snapshot.hpp"
#include "nonneg/solver.hpp"
#include "panels/panel_tuner.hpp"
#include "solve/balance.hpp"
#include "solve/component_moves.hpp"
#include "solve/convergence.hpp"
#include "solve/extrapolation.hpp"
#include "solve/loss_check.hpp"
#include "solve/problem.hpp"
#include "solve/run_sums.hpp"
#include "solve/streamer.hpp"
#include "solve/sweep.hpp"

namespace nonneg {

using Clock = std::chrono::steady_clock;

/// Factors, sweep, checks and snapshots of a run. What its public functions do is said at Solver.
template <class T>
class Run {
 public:
  /// Takes all memory of the run, and fills the factors. `options` are the problem's, but for what
  /// differs between runs: rank, seed, floor, repeats, tolerance. `begun` is when its time began.
  /// The problem must outlive the run; `initial` may be null, and is not kept.
  Run(Problem<T>& problem, const Options& options, const InitialFactors<T>* initial,
      Clock::time_point begun);

  void step();
  LossRecord check();
  void stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options);
  StopReason run(const std::stop_token& stop, const CheckCallback& on_check,
                 const std::function<void()>& before_sweep);

  Index iteration() const { return iteration_; }
  const std::vector<LossRecord>& history() const { return history_; }
  Matrix<T> W();
  Matrix<T> Ht();
  Result<T> result();

 private:
  /// Whether no sweep is asked for.
  bool evaluates_only() const { return options_.max_iterations == 0; }
  FactorUpdates<T> factor_updates() const;
  /// Where the caller gave one factor alone: updates the one that was drawn. Without it the first
  /// sweep would bend the given factor to the drawn one.
  void fit_the_other(const InitialFactors<T>& initial);
  /// One iteration. On a device nothing in it waits, and nothing allocates.
  void sweep();
  /// A sweep that is recorded once and replayed, where the panels and the backend allow it. (The
  /// first sweep is run: what a backend prepares on first use must not be recorded.) A recording
  /// that fails is tried again a few times, ever later.
  void replay();
  /// What both products with a panel take.
  double panel_flops() const;
  StopReason finish(StopReason reason, const CheckCallback& on_check);
  void check_and_tell(const CheckCallback& on_check);
  /// The sums that a check needs, but for the loss that is added up entry by entry.
  void add_up();
  LossRecord measure();
  /// After a check of run(): whether the run has converged.
  bool judge();
  /// Warns that the run has not converged.
  void advise();
  /// A streamer of a sink's, whose address stays.
  using Streamer = std::unique_ptr<SnapshotStreamer<T>>;

  /// Gives the backend the sums of the factors to add up, and each of the streamers' copies to
  /// make. Never waits.
  void take_snapshot(const std::vector<SnapshotStreamer<T>*>& streamers);
  /// On the streamer's thread.
  Snapshot<T> developed(const typename SnapshotStreamer<T>::Moment& moment, const HostSums& sums,
                        MatrixView<T> W, MatrixView<T> Ht) const;
  /// Whether factors are handed out balanced after so many sweeps: those before the first are as
  /// they were drawn.
  bool balances_after(Index iteration) const { return balanced_ && iteration > 0; }
  /// By the loss, where it is Frobenius'.
  Explained explained_by_loss();
  /// Of what is handed out now.
  ColumnScales scales_now();
  /// On the host.
  Matrix<T> handed_out(const Matrix<T>& factor, const std::vector<double>& scales) const;

  Problem<T>& problem_;
  Options options_;
  Backend<T>& backend_;
  Clock::time_point begun_;
  ProblemUnits units_;
  /// Whether the loss has a Gram identity.
  bool gram_;
  Plan plan_;
  /// Whether factors are handed out balanced.
  bool balanced_;
  /// Of either factor: sqrt(mean(A') / k).
  double typical_entry_;
  T floor_;
  LossCheck loss_;
  StoppingRule stopping_;
  PanelTuner<T> tuner_;
  Sweep<T> sweep_;
  RunSums<T> sums_;
  Matrix<T> W_;
  Matrix<T> Ht_;
  std::optional<Extrapolation<T>> extrapolation_;
  /// A whole sweep, where it can be replayed.
  std::unique_ptr<Recording> recording_;
  /// The sweep at which a recording is tried next; none after kLastRecording.
  static constexpr Index kLastRecording = 128;
  Index next_recording_ = 1;
  /// Where the run may converge.
  std::optional<ComponentMoves<T>> moves_;

  /// When the first sweep could begin.
  Clock::time_point started_;
  Index start_reads_ = 0;
  Index iteration_ = 0;
  /// As of the last check: its sums, whether only A itself could tell the loss, and the objective.
  std::optional<HostSums> last_sums_;
  bool entries_wanted_ = false;
  double scaled_objective_ = 0;
  /// The objective of the first check, and what the last that was judged said.
  std::optional<double> first_objective_;
  Advance last_advance_{
      .moves = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()}};
  StopReason stop_reason_ = StopReason::iteration_limit;
  std::vector<LossRecord> history_;
  Timings timings_;
  std::vector<std::string> warnings_;
  /// Last: their threads use what is above.
  std::vector<Streamer> streamers_;
};

}  // namespace nonneg
