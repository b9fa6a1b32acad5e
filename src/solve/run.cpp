#include "solve/run.hpp"

#include <cmath>

#include "backend/profile_range.hpp"
#include "init/first_factors.hpp"
#include "options/checks.hpp"
#include "options/resolve.hpp"
#include "solve/convergence.hpp"
#include "solve/plan.hpp"

namespace nonneg {

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// From the run's units to the caller's, in place.
template <class T>
void unscale(MatrixView<T> factor, double unit) {
  if (unit == 1) return;
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index c = 0; c < factor.cols(); ++c) {
      factor(i, c) = static_cast<T>(static_cast<double>(factor(i, c)) / unit);
    }
  }
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
      typical_entry_(std::sqrt(problem.summary().scaled_mean / static_cast<double>(options_.rank))),
      floor_(factor_floor<T>(options_, typical_entry_)),
      loss_(options_, problem.summary(), units_, plan_,
            static_cast<double>(least_model<T>(problem.summary().scaled_mean, options_.beta)),
            gram_),
      tuner_(plan_),
      sweep_(backend_, problem.data(), plan_, units_.data,
             problem.rule_settings(options_.rank, factor_updates())),
      sums_(backend_, RunSums<T>::needs(options_.rank), plan_.workers),
      W_(allocate(backend_, factor_needs(plan_.rows, plan_.cols, options_.rank), "W")),
      Ht_(allocate(backend_, factor_needs(plan_.rows, plan_.cols, options_.rank), "Ht")) {
  require_representable<T>(typical_entry_ / units_.w);
  put_first_factors<T>({.backend = backend_,
                        .options = options_,
                        .units = units_,
                        .typical_entry = typical_entry_,
                        .floor = floor_,
                        .given = initial},
                       W_.view(), Ht_.view(), warnings_);
  if (extrapolates(options_)) {
    extrapolation_.emplace(backend_, Extrapolation<T>::needs(plan_.rows, plan_.cols, options_.rank),
                           loss_.step_rule(), floor_, sums_.data() + RunSum::step_state);
    sums_.take_gram(Ht_.view());
    extrapolation_->start(Ht_.view(), sums_.gram());
  }
  timings_.inspect_seconds = seconds_since(begun_);
  started_ = Clock::now();
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
  if (streamer_ && streamer_->due(iteration_, seconds_since(started_)) && streamer_->has_room()) {
    take_snapshot();
  }
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
  streamer_.emplace(
      backend_, sink, options, plan_.rows, plan_.cols, plan_.rank, sums_.size(),
      [this](const typename SnapshotStreamer<T>::Moment& moment, const HostSums& sums,
             MatrixView<T> W, MatrixView<T> Ht) { return developed(moment, sums, W, Ht); });
  take_snapshot();
}

template <class T>
StopReason Run<T>::run(const std::stop_token& stop, const CheckCallback& on_check,
                       const std::function<void()>& before_sweep) {
  while (true) {
    if (streamer_) streamer_->rethrow_failure();
    if (before_sweep) before_sweep();
    if (stop.stop_requested()) return finish(StopReason::cancelled, on_check);
    if (iteration_ >= options_.max_iterations) {
      return finish(StopReason::iteration_limit, on_check);
    }
    step();
    if (iteration_ % options_.check_every != 0) continue;
    const bool has_previous = !history_.empty();
    const double previous = scaled_objective_;
    check_and_tell(on_check);
    if (undone_) continue;  // a sweep that was undone says nothing of convergence
    if (has_previous && has_converged(previous, scaled_objective_, options_.tolerance)) {
      return finish(StopReason::converged, on_check);
    }
  }
}

template <class T>
Result<T> Run<T>::result() const {
  Result<T> result;
  result.W = W();
  result.Ht = Ht();
  result.loss_history = history_;
  result.stop_reason = stop_reason_;
  result.iterations = iteration_;
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
  result.snapshots_skipped = streamer_ ? streamer_->skipped() : 0;
  return result;
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
void Run<T>::replay() {
  if (recording_ == nullptr && iteration_ > 0 && sweep_.repeatable()) {
    recording_ = backend_.record([this] { sweep(); });
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
  if (streamer_) {
    if (streamer_->last_taken() != iteration_ && streamer_->wait_for_room()) take_snapshot();
    streamer_->drain();
    streamer_->rethrow_failure();
  }
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
}

template <class T>
LossRecord Run<T>::measure() {
  add_up();
  const HostSums sums = sums_.fetch();
  undone_ = sums.undone();
  loss_.require_finite_factors(iteration_, sums);
  // Before the first sweep, and after one undone, there are no terms of these factors.
  const bool has_terms = gram_ && iteration_ > 0 && !undone_;
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
void Run<T>::take_snapshot() {
  const ProfileRange<T> range(backend_, "snapshot");
  // Whether the identity will do is known only when its sums are on the host: the last loss that
  // was looked at says it in advance.
  const bool by_entries = iteration_ == 0 || entries_wanted_ || loss_.needs_entries(INFINITY);
  add_up();
  if (by_entries) sweep_.add_up_loss(W_.view(), Ht_.view(), sums_.losses());
  streamer_->take({iteration_, seconds_since(started_), by_entries}, W_.view(), Ht_.view(),
                  sums_.data());
}

template <class T>
Snapshot<T> Run<T>::developed(const typename SnapshotStreamer<T>::Moment& moment,
                              const HostSums& sums, MatrixView<T> W, MatrixView<T> Ht) const {
  const double loss = moment.by_entries ? sums.loss()
                      : sums.undone()   ? loss_.of_accepted(sums)
                                        : loss_.by_identity(sums);
  const LossRecord record =
      loss_.measured(moment.iteration, moment.seconds, loss, moment.by_entries, sums).record;
  unscale(W, units_.w);
  unscale(Ht, units_.h);
  return {.iteration = record.iteration,
          .seconds = record.seconds,
          .loss = record.loss,
          .objective = record.objective,
          .relative_error = record.relative_error,
          .W = W,
          .Ht = Ht};
}

template <class T>
Matrix<T> Run<T>::in_callers_units(const Matrix<T>& factor, double unit) const {
  Matrix<T> host(factor.rows(), factor.cols());
  backend_.copy(factor.view(), host.view());
  unscale(host.view(), unit);
  return host;
}

template class Run<float>;
template class Run<double>;

}  // namespace nonneg
