// SPDX-License-Identifier: Apache-2.0
#include "solve/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/profile_range.hpp"
#include "init/first_factors.hpp"
#include "options/checks.hpp"
#include "options/resolve.hpp"
#include "rules/chosen_repeats.hpp"
#include "solve/explained.hpp"
#include "solve/plan.hpp"
#include "solve/unobserved.hpp"

namespace nonneg {

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A penalty on one factor alone grows smaller as the other factor takes over the scale: it has no
/// minimum, only a limit that is never reached.
void warn_of_one_sided(const Options& options, std::vector<std::string>& warnings) {
  const Penalties& p = options.penalties;
  const bool on_w = p.l1_w > 0 || p.l2_w > 0;
  const bool on_h = p.l1_h > 0 || p.l2_h > 0;
  if (on_w == on_h || options.floor.value_or(0) > 0) return;
  const char* one = on_w ? "w" : "h";
  const char* other = on_w ? "h" : "w";
  warnings.push_back(
      fmt::format("l1_{0} = {1:g}, l2_{0} = {2:g} penalize one factor alone: the objective falls "
                  "for ever as the "
                  "other one grows, and has no minimum; penalize both (l1_{3} or l2_{3})",
                  one, on_w ? p.l1_w : p.l1_h, on_w ? p.l2_w : p.l2_h, other));
}

/// With min(m, n) components W·H is A already: either factor is A itself, and the other the unit
/// matrix.
void warn_of_rank(const Plan& plan, std::vector<std::string>& warnings) {
  const Index enough = std::min(plan.rows, plan.cols);
  if (plan.rank <= enough) return;
  warnings.push_back(
      fmt::format("rank = {} is above min(m, n) = {}: so many components describe any {} x {} "
                  "matrix exactly, and say nothing of this one; use fewer",
                  plan.rank, enough, plan.rows, plan.cols));
}

void warn_of_zeros(const DataSummary& summary, std::vector<std::string>& warnings) {
  if (summary.scaled_mean > 0 || !(summary.weight > 0)) return;
  warnings.emplace_back("every observed entry of A is 0: there is nothing to factorize");
}

}  // namespace

template <class T>
Run<T>::Run(Problem<T>& problem, const Options& options, const InitialFactors<T>* initial,
            Clock::time_point begun)
    : problem_(problem),
      options_(options),
      backend_(problem.backend()),
      begun_(begun),
      units_(problem.units()),
      gram_(problem.mode().gram_rules_serve),
      plan_(problem.plan(options_.rank,
                         run_needs(options_, problem.data().rows(), problem.data().cols()))),
      balanced_(split_is_free(options_, initial != nullptr)),
      typical_entry_(std::sqrt(problem.summary().scaled_mean / static_cast<double>(options_.rank))),
      floor_(evaluates_only() ? T{0} : factor_floor<T>(options_, typical_entry_)),
      loss_(options_, problem.summary(), units_, plan_,
            static_cast<double>(least_model<T>(problem.summary().scaled_mean, options_.beta)),
            gram_),
      stopping_(stopping_rule(options_, loss_.exact_fit())),
      tuner_(plan_),
      sweep_(backend_, problem.data(), plan_, units_.data,
             problem.rule_settings(options_.rank, factor_updates())),
      sums_(backend_, RunSums<T>::needs(options_.rank), plan_.workers),
      W_(allocate(backend_, factor_needs(plan_.rows, plan_.cols, options_.rank), "W")),
      Ht_(allocate(backend_, factor_needs(plan_.rows, plan_.cols, options_.rank), "Ht")) {
  require_representable<T>(typical_entry_ / units_.w);
  const DataSummary& summary = problem.summary();
  const auto start_begun = Clock::now();
  start_reads_ = put_first_factors<T>({.backend = backend_,
                                       .crew = sweep_.crew(),
                                       .options = options_,
                                       .summary = summary,
                                       .units = units_,
                                       .typical_entry = typical_entry_,
                                       .floor = floor_,
                                       .given = initial},
                                      W_.view(), Ht_.view(), warnings_);
  set_rows_to_zero(backend_, summary.unobserved_rows, W_.view());
  set_rows_to_zero(backend_, summary.unobserved_columns, Ht_.view());
  warn_of_unobserved(summary.unobserved_rows, summary.unobserved_columns, warnings_);
  if (initial != nullptr) fit_the_other(*initial);
  timings_.start_seconds = seconds_since(start_begun);
  if (extrapolates(options_)) {
    extrapolation_.emplace(backend_, Extrapolation<T>::needs(plan_.rows, plan_.cols, options_.rank),
                           loss_.step_rule(), floor_, sums_.data() + RunSum::step_state);
    sums_.take_gram(Ht_.view());
    extrapolation_->start(Ht_.view(), sums_.gram());
  }
  if (options_.tolerance > 0) {
    const bool since_last = stopping_.asks_for_last();
    moves_.emplace(backend_,
                   ComponentMoves<T>::needs(plan_.rows, plan_.cols, options_.rank, since_last),
                   since_last);
  }
  if (!evaluates_only()) {
    warn_of_one_sided(options_, warnings_);
    warn_of_rank(plan_, warnings_);
    warn_of_zeros(summary, warnings_);
  }
  timings_.inspect_seconds = seconds_since(begun_);
  started_ = Clock::now();
}

template <class T>
void Run<T>::fit_the_other(const InitialFactors<T>& initial) {
  constexpr int kUpdates = 10;
  if (!gives_w(initial)) {
    sweep_.fit_rows(Ht_.view(), W_.view(), kUpdates);
    start_reads_ = 1;
  } else if (!gives_h(initial)) {
    start_reads_ = sweep_.fit_columns(W_.view(), Ht_.view(), kUpdates);
  }
}

template <class T>
void Run<T>::step() {
  const auto start = Clock::now();
  const ProfileRange<T> range(backend_, "sweep");
  if (!tuner_.decided()) {
    sweep_.set_panel_rows(tuner_.panel_rows());
    tuner_.run(backend_, [this] { sweep(); });
    if (tuner_.decided()) sweep_.set_panel_rows(tuner_.panel_rows());
  } else {
    replay();
  }
  ++iteration_;
  timings_.sweep_seconds += seconds_since(start);
  const double seconds = streamers_.empty() ? 0 : seconds_since(started_);
  std::vector<SnapshotStreamer<T>*> due;
  for (const Streamer& streamer : streamers_) {
    if (streamer->due(iteration_, seconds) && streamer->has_room()) due.push_back(streamer.get());
  }
  take_snapshot(due);
}

template <class T>
LossRecord Run<T>::check() {
  const auto start = Clock::now();
  const ProfileRange<T> range(backend_, "check");
  const LossRecord record = measure();
  history_.push_back(record);
  timings_.check_seconds += seconds_since(start);
  return record;
}

template <class T>
void Run<T>::stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options) {
  validate(options);
  streamers_.push_back(std::make_unique<SnapshotStreamer<T>>(
      [this](Index w_rows) {
        return backend_.make_host_copy(w_rows, plan_.cols, plan_.rank, sums_.size());
      },
      sink, options, plan_.rows, plan_.rank, sums_.size(),
      [this](const typename SnapshotStreamer<T>::Moment& moment, const HostSums& sums,
             MatrixView<T> W, MatrixView<T> Ht) { return developed(moment, sums, W, Ht); }));
  take_snapshot({streamers_.back().get()});
}

template <class T>
StopReason Run<T>::run(const std::stop_token& stop, const CheckCallback& on_check,
                       const std::function<void()>& before_sweep) {
  while (true) {
    for (const Streamer& streamer : streamers_) streamer->rethrow_failure();
    if (before_sweep) before_sweep();
    if (stop.stop_requested()) return finish(StopReason::cancelled, on_check);
    if (iteration_ >= *options_.max_iterations) {
      return finish(StopReason::iteration_limit, on_check);
    }
    step();
    if (iteration_ % options_.check_every != 0) continue;
    check_and_tell(on_check);
    if (judge()) return finish(StopReason::converged, on_check);
  }
}

template <class T>
bool Run<T>::judge() {
  if (!moves_) return false;
  // A sweep that was undone moved nothing: by itself it says nothing of convergence.
  if (last_sums_->undone() && options_.check_every == 1) return false;
  const double objective = scaled_objective_;
  if (!first_objective_) first_objective_ = objective;
  // Where there is no check to compare with, only an exact fit has converged.
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Advance advance{.first_objective = *first_objective_,
                  .earlier_objective = kFar,
                  .objective = objective,
                  .moves = {kFar, kFar}};
  if (const auto moves = moves_->largest_moves(iteration_, *last_sums_, stopping_.scale_counts)) {
    advance.earlier_objective = moves_->earlier_objective(iteration_);
    advance.moves = *moves;
  }
  last_advance_ = advance;
  moves_->keep(iteration_, W_.view(), Ht_.view(), *last_sums_, objective);
  return has_converged(stopping_, advance);
}

template <class T>
Result<T> Run<T>::result() {
  Result<T> result;
  const ColumnScales scales = scales_now();
  result.W = handed_out(W_, scales.w);
  result.Ht = handed_out(Ht_, scales.h);
  result.explained =
      gram_ ? explained_by_loss() : explained_of_model<T>(result.W.view(), result.Ht.view());
  result.loss_history = history_;
  result.stop_reason = stop_reason_;
  result.start_reads = start_reads_;
  result.iterations = iteration_;
  result.max_iterations = *options_.max_iterations;
  result.relative_error = history_.empty() ? 0 : history_.back().relative_error;
  result.timings = timings_;
  result.timings.total_seconds = seconds_since(begun_);
  result.backend = backend_.name();
  result.backend_reason = problem_.choice().reason;
  result.algorithm = options_.algorithm;
  result.precision = options_.precision;
  result.threads = backend_.threads();
  result.panel_rows = tuner_.panel_rows();
  result.warnings = warnings_;
  result.unobserved_rows = problem_.summary().unobserved_rows;
  result.unobserved_columns = problem_.summary().unobserved_columns;
  for (const Streamer& streamer : streamers_) result.snapshots_skipped += streamer->skipped();
  return result;
}

template <class T>
Explained Run<T>::explained_by_loss() {
  if (iteration_ == 0 || (extrapolation_ && sums_.fetch().undone())) {
    sweep_.add_up_terms(W_.view(), Ht_.view());
  }
  sums_.add_up_explained(sweep_.terms(), W_.view(), Ht_.view());
  return explained_of_loss(sums_.fetch(), units_, problem_.summary().scaled_sum_of_squares);
}

template <class T>
FactorUpdates<T> Run<T>::factor_updates() const {
  const auto repeats = [&](Index other_length) {
    return options_.inner_repeats > 0
               ? options_.inner_repeats
               : chosen_repeats(options_.algorithm, other_length, options_.rank);
  };
  return {
      w_update<T>(options_, units_, floor_, repeats(problem_.row_entries()), kRepeatTolerance),
      h_update<T>(options_, units_, floor_, repeats(problem_.column_entries()), kRepeatTolerance)};
}

template <class T>
void Run<T>::sweep() {
  if (!extrapolation_) {
    sweep_.run(Ht_.view(), W_.view(), Ht_.view(), [](auto&&...) {});
    return;
  }
  sweep_.run(extrapolation_->point(), W_.view(), Ht_.view(),
             [this](Backend<T>& backend, Index first_row, MatrixView<const T> W_p) {
               extrapolation_->keep(backend, first_row, W_p);
             });
  const ProfileRange<T> range(backend_, "extrapolate");
  sums_.add_up_terms(sweep_.terms(), Ht_.view());
  if (loss_.step_rule().penalized) sums_.add_up_factors(W_.view(), Ht_.view());
  extrapolation_->conclude(sums_.data(), W_.view(), Ht_.view(), sums_.gram());
}

template <class T>
double Run<T>::panel_flops() const {
  const double panels =
      std::ceil(static_cast<double>(plan_.rows) / static_cast<double>(tuner_.panel_rows()));
  return 4 * static_cast<double>(plan_.rows) * static_cast<double>(problem_.row_entries()) *
         static_cast<double>(plan_.rank) / panels;
}

template <class T>
void Run<T>::replay() {
  if (recording_ == nullptr && iteration_ >= next_recording_ && sweep_.repeatable()) {
    recording_ = backend_.record([this] { sweep(); }, panel_flops());
    // What spoils a recording, such as another thread that waits for the whole device, may last.
    next_recording_ =
        iteration_ < kLastRecording ? 2 * iteration_ : std::numeric_limits<Index>::max();
  }
  if (recording_ != nullptr) {
    recording_->replay();
  } else {
    sweep();
  }
}

template <class T>
StopReason Run<T>::finish(StopReason reason, const CheckCallback& on_check) {
  stop_reason_ = reason;
  if (history_.empty() || history_.back().iteration != iteration_) check_and_tell(on_check);
  if (reason == StopReason::iteration_limit) advise();
  std::vector<SnapshotStreamer<T>*> lacking;
  for (const Streamer& streamer : streamers_) {
    if (streamer->last_taken() != iteration_ && streamer->wait_for_room()) {
      lacking.push_back(streamer.get());
    }
  }
  take_snapshot(lacking);
  for (const Streamer& streamer : streamers_) streamer->drain();
  for (const Streamer& streamer : streamers_) streamer->rethrow_failure();
  return reason;
}

template <class T>
void Run<T>::check_and_tell(const CheckCallback& on_check) {
  const LossRecord record = check();
  if (on_check) on_check(record);
}

template <class T>
void Run<T>::add_up() {
  // An extrapolated sweep has added up its terms itself.
  if (iteration_ > 0 && gram_ && !extrapolation_) {
    sums_.add_up_terms(sweep_.terms(), Ht_.view());
  }
  sums_.add_up_factors(W_.view(), Ht_.view());
  if (balanced_ || moves_) sums_.add_up_squares(W_.view(), Ht_.view());
}

template <class T>
LossRecord Run<T>::measure() {
  add_up();
  if (moves_) moves_->add_up(iteration_, W_.view(), Ht_.view(), sums_);
  last_sums_ = sums_.fetch();
  const HostSums& sums = *last_sums_;
  const bool undone = sums.undone();
  loss_.require_finite_factors(iteration_, sums);
  // Before the first sweep, and after one undone, there are no terms of these factors.
  const bool has_terms = gram_ && iteration_ > 0 && !undone;
  double loss = has_terms ? loss_.by_identity(sums) : 0;
  const bool direct = !has_terms || loss_.needs_entries(loss);
  if (has_terms) entries_wanted_ = direct;
  if (direct) {
    sweep_.add_up_loss(W_.view(), Ht_.view(), sums_.losses());
    loss = sums_.fetch().loss();
  }
  loss_.require_finite_loss(iteration_, loss);
  const MeasuredLoss measured =
      loss_.measured(iteration_, seconds_since(started_), loss, direct, sums);
  scaled_objective_ = measured.scaled_objective;
  return measured.record;
}

template <class T>
void Run<T>::take_snapshot(const std::vector<SnapshotStreamer<T>*>& streamers) {
  if (streamers.empty()) return;
  const ProfileRange<T> range(backend_, "snapshot");
  // Whether the identity will do is known only when its sums are on the host: the last loss that
  // was looked at says it in advance.
  const bool by_entries = iteration_ == 0 || entries_wanted_ || loss_.needs_entries(INFINITY);
  add_up();
  if (by_entries) sweep_.add_up_loss(W_.view(), Ht_.view(), sums_.losses());
  const typename SnapshotStreamer<T>::Moment moment{iteration_, seconds_since(started_),
                                                    by_entries};
  for (SnapshotStreamer<T>* streamer : streamers) {
    streamer->take(moment, W_.view(), Ht_.view(), sums_.data());
  }
}

template <class T>
Snapshot<T> Run<T>::developed(const typename SnapshotStreamer<T>::Moment& moment,
                              const HostSums& sums, MatrixView<T> W, MatrixView<T> Ht) const {
  const double loss = moment.by_entries ? sums.loss()
                      : sums.undone()   ? loss_.of_accepted(sums)
                                        : loss_.by_identity(sums);
  const LossRecord record =
      loss_.measured(moment.iteration, moment.seconds, loss, moment.by_entries, sums).record;
  const ColumnScales scales =
      handed_out_scales(units_, plan_.rank, balances_after(moment.iteration) ? &sums : nullptr);
  rescale(W, scales.w);
  rescale(Ht, scales.h);
  return {.iteration = record.iteration,
          .seconds = record.seconds,
          .loss = record.loss,
          .objective = record.objective,
          .relative_error = record.relative_error,
          .W = W,
          .Ht = Ht};
}

template <class T>
ColumnScales Run<T>::scales_now() {
  if (!balances_after(iteration_)) return handed_out_scales(units_, plan_.rank, nullptr);
  sums_.add_up_squares(W_.view(), Ht_.view());
  const HostSums sums = sums_.fetch();
  return handed_out_scales(units_, plan_.rank, &sums);
}

template <class T>
Matrix<T> Run<T>::W() {
  return handed_out(W_, scales_now().w);
}

template <class T>
Matrix<T> Run<T>::Ht() {
  return handed_out(Ht_, scales_now().h);
}

template <class T>
Matrix<T> Run<T>::handed_out(const Matrix<T>& factor, const std::vector<double>& scales) const {
  Matrix<T> host(factor.rows(), factor.cols());
  backend_.copy(factor.view(), host.view());
  rescale(host.view(), scales);
  return host;
}

template <class T>
void Run<T>::advise() {
  if (!moves_ || evaluates_only()) return;
  const double moved = last_advance_.moves.over_last_third;
  std::string how_far;
  if (std::isfinite(moved) && last_advance_.objective > 0) {
    const double fall =
        (last_advance_.earlier_objective - last_advance_.objective) / last_advance_.objective;
    how_far = fmt::format(
        ": over the last third of the run a component moved by {:.2g} (settled: {:.2g}) and the "
        "objective fell by {:.2g} of itself (settled: {:.2g})",
        moved, stopping_.allowed.over_last_third, fall, std::sqrt(stopping_.tolerance));
  }
  warnings_.push_back(
      fmt::format("not converged after {} iterations{}; raise max_iterations or the tolerance",
                  iteration_, how_far));
}

template class Run<float>;
template class Run<double>;

}  // namespace nonneg
