#include "nonneg/solver.hpp"

#include <chrono>
#include <cmath>
#include <optional>

#include "backend/profile_range.hpp"
#include "init/first_factors.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"
#include "options/checks.hpp"
#include "options/data_summary.hpp"
#include "options/units.hpp"
#include "panels/panel_tuner.hpp"
#include "rules/beta_rule.hpp"
#include "rules/gram_rule.hpp"
#include "solve/convergence.hpp"
#include "solve/extrapolation.hpp"
#include "solve/loss_check.hpp"
#include "solve/run_sums.hpp"
#include "solve/streamer.hpp"
#include "solve/sweep.hpp"

namespace nonneg {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A row stops repeating when a pass moves it by less than a tenth of what its first pass did
/// (Gillis & Glineur 2012, section 4); as a ratio of squares.
constexpr double kRepeatTolerance = 0.01;

}  // namespace

template <class T>
class Solver<T>::Impl {
 public:
  Impl(const DataView& A, const Options& options, const InitialFactors<T>* initial)
      : options_(checked(options, A, initial)),
        created_(Clock::now()),
        choice_(choose_backend(options_, A)),
        backend_(make_backend<T>(chosen(options_, choice_))),
        summary_(summarize(A, options_, backend_->threads())),
        units_{summary_.scale, std::sqrt(summary_.scale), std::sqrt(summary_.scale), options_.beta},
        work_(options_, A),
        gram_(gram_rules_serve(options_, A)),
        sparse_(A.sparse()),
        row_entries_(sparse_ ? A.stored().entries() / A.rows() : A.cols()),
        column_entries_(sparse_ ? A.stored().entries() / A.cols() : A.rows()),
        plan_(affordable(backend_->plan(A, options_, summary_.scale != 1))),
        typical_entry_(std::sqrt(summary_.scaled_mean / static_cast<double>(options_.rank))),
        floor_(factor_floor<T>(options_, typical_entry_)),
        loss_(options_, summary_, units_, plan_,
              static_cast<double>(least_model<T>(summary_.scaled_mean, options_.beta)), gram_),
        tuner_(plan_),
        sweep_(*backend_, A, plan_, summary_.scale,
               [this](Backend<T>& backend, Index panel_rows) {
                 return make_rule(backend, panel_rows);
               }),
        sums_(*backend_, options_.rank, plan_.workers),
        W_(backend_->allocate(A.rows(), options_.rank)),
        Ht_(backend_->allocate(A.cols(), options_.rank)) {
    require_representable<T>(typical_entry_ / units_.w);
    if (initial != nullptr) {
      take_first_factors(*backend_, *initial, units_, floor_, options_.algorithm, W_.view(),
                         Ht_.view(), warnings_);
    } else {
      draw_first_factors(*backend_, options_.seed, typical_entry_, floor_, W_.view(), Ht_.view());
    }
    if (extrapolates(options_)) {
      extrapolation_.emplace(*backend_, A.rows(), A.cols(), options_.rank, loss_.step_rule(),
                             floor_, sums_.data() + CheckSum::step_state);
      extrapolation_->start(Ht_.view());
    }
    timings_.inspect_seconds = seconds_since(created_);
    started_ = Clock::now();
  }

  void step() {
    const auto start = Clock::now();
    const Range<T> range(*backend_, "sweep");
    if (!tuner_.decided()) {
      sweep_.set_panel_rows(tuner_.panel_rows());
      tuner_.run(*backend_, [this] { sweep(); });
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

  void stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options) {
    validate(options);
    streamer_.emplace(
        *backend_, sink, options, plan_.rows, plan_.cols, plan_.rank, sums_.size(),
        [this](const typename SnapshotStreamer<T>::Moment& moment, const HostSums& sums,
               MatrixView<T> W, MatrixView<T> Ht) { return developed(moment, sums, W, Ht); });
    take_snapshot();
  }

  LossRecord check() {
    const auto start = Clock::now();
    const Range<T> range(*backend_, "check");
    const LossRecord record = measure();
    history_.push_back(record);
    timings_.check_seconds += seconds_since(start);
    return record;
  }

  StopReason run(const std::stop_token& stop, const CheckCallback& on_check,
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
      report(on_check);
      if (undone_) continue;  // a sweep that was undone says nothing of convergence
      if (has_previous && has_converged(previous, scaled_objective_, options_.tolerance)) {
        return finish(StopReason::converged, on_check);
      }
    }
  }

  Index iteration() const { return iteration_; }
  const std::vector<LossRecord>& history() const { return history_; }
  Matrix<T> W() const { return unscaled(W_, units_.w); }
  Matrix<T> Ht() const { return unscaled(Ht_, units_.h); }

  Result<T> result() const {
    Result<T> result;
    result.W = W();
    result.Ht = Ht();
    result.loss_history = history_;
    result.stop_reason = stop_reason_;
    result.iterations = iteration_;
    result.relative_error = history_.empty() ? 0 : history_.back().relative_error;
    result.timings = timings_;
    result.timings.total_seconds = seconds_since(created_);
    result.backend = backend_->name();
    result.backend_reason = choice_.reason;
    result.algorithm = options_.algorithm;
    result.precision = options_.precision;
    result.threads = backend_->threads();
    result.panel_rows = tuner_.panel_rows();
    result.warnings = warnings_;
    result.snapshots_skipped = streamer_ ? streamer_->skipped() : 0;
    return result;
  }

 private:
  static Options checked(const Options& given, const DataView& A,
                         const InitialFactors<T>* initial) {
    Options options = settled(given, A);
    options.threads = chosen_threads(A.rows(), A.cols(), options.rank, options.threads);
    options.precision = require_precision<T>(options);
    if (options.init == Init::custom && initial == nullptr) {
      throw InvalidArgument("init = custom: needs W0 and H0; hand in InitialFactors");
    }
    return options;
  }

  static Options chosen(Options options, const BackendChoice& choice) {
    options.backend = choice.kind;
    return options;
  }

  static Plan affordable(const Plan& plan) {
    require_memory(plan);
    return plan;
  }

  std::unique_ptr<UpdateRule<T>> make_rule(Backend<T>& backend, Index panel_rows) {
    const Algorithm algorithm = options_.algorithm;
    const auto repeats = [&](Index other_length) {
      return options_.inner_repeats > 0 ? options_.inner_repeats
                                        : chosen_repeats(algorithm, other_length, options_.rank);
    };
    const FactorUpdates<T> updates{
        w_update<T>(options_, units_, floor_, repeats(row_entries_), kRepeatTolerance),
        h_update<T>(options_, units_, floor_, repeats(column_entries_), kRepeatTolerance)};
    if (gram_) {
      return make_gram_rule(backend, algorithm, updates, panel_rows, options_.rank, sparse_);
    }
    return make_beta_rule(backend, work_, updates,
                          least_model<T>(summary_.scaled_mean, options_.beta), panel_rows,
                          plan_.cols, options_.rank, sparse_);
  }

  /// A sweep that is recorded once and replayed, where the panels and the backend allow it. (The
  /// first sweep is run: what a backend prepares on first use must not be recorded.)
  void replay() {
    if (recording_ == nullptr && iteration_ > 0 && sweep_.repeatable()) {
      recording_ = backend_->record([this] { sweep(); });
    }
    if (recording_ != nullptr) {
      recording_->replay();
    } else {
      sweep();
    }
  }

  /// One iteration. Nothing in it waits for the backend, nor allocates.
  void sweep() {
    if (!extrapolation_) {
      sweep_.run(Ht_.view(), W_.view(), Ht_.view(), [](auto&&...) {});
      return;
    }
    sweep_.run(extrapolation_->point(), W_.view(), Ht_.view(),
               [this](Backend<T>& backend, Index first_row, MatrixView<const T> W_p) {
                 extrapolation_->keep(backend, first_row, W_p);
               });
    const Range<T> range(*backend_, "extrapolate");
    sums_.add_up_terms(sweep_.terms(), Ht_.view());
    if (loss_.step_rule().penalized) sums_.add_up_factors(W_.view(), Ht_.view());
    extrapolation_->settle(sums_.data(), W_.view(), Ht_.view());
  }

  StopReason finish(StopReason reason, const CheckCallback& on_check) {
    stop_reason_ = reason;
    if (history_.empty() || history_.back().iteration != iteration_) report(on_check);
    if (streamer_) {
      if (streamer_->last_taken() != iteration_ && streamer_->wait_for_room()) take_snapshot();
      streamer_->drain();
      streamer_->rethrow_failure();
    }
    return reason;
  }

  /// Gives the backend the sums of the factors to add up, and the copies to make. Never waits.
  void take_snapshot() {
    const Range<T> range(*backend_, "snapshot");
    // Whether the identity will do is known only when its sums are on the host: the last loss that
    // was looked at says it in advance.
    const bool by_entries = iteration_ == 0 || entries_wanted_ || loss_.needs_entries(INFINITY);
    add_up();
    if (by_entries) sweep_.add_up_loss(W_.view(), Ht_.view(), sums_.losses());
    streamer_->take({iteration_, seconds_since(started_), by_entries}, W_.view(), Ht_.view(),
                    sums_.data());
  }

  /// On the streamer's thread.
  Snapshot<T> developed(const typename SnapshotStreamer<T>::Moment& moment, const HostSums& sums,
                        MatrixView<T> W, MatrixView<T> Ht) const {
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

  void add_up() {
    // An extrapolated sweep has added up its terms itself.
    if (iteration_ > 0 && gram_ && !extrapolation_) {
      sums_.add_up_terms(sweep_.terms(), Ht_.view());
    }
    sums_.add_up_factors(W_.view(), Ht_.view());
  }

  void report(const CheckCallback& on_check) {
    const LossRecord record = check();
    if (on_check) on_check(record);
  }

  LossRecord measure() {
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

  Matrix<T> unscaled(const Matrix<T>& factor, double unit) const {
    Matrix<T> host(factor.rows(), factor.cols());
    backend_->copy(factor.view(), host.view());
    unscale(host.view(), unit);
    return host;
  }

  /// From the run's units to the caller's, in place.
  static void unscale(MatrixView<T> factor, double unit) {
    if (unit == 1) return;
    for (Index i = 0; i < factor.rows(); ++i) {
      for (Index c = 0; c < factor.cols(); ++c) {
        factor(i, c) = static_cast<T>(static_cast<double>(factor(i, c)) / unit);
      }
    }
  }

  Options options_;
  Clock::time_point created_;
  BackendChoice choice_;
  std::unique_ptr<Backend<T>> backend_;
  DataSummary summary_;
  ProblemUnits units_;
  BetaWork work_;
  /// Whether the Frobenius rules serve, which need A's products and Gram matrices only.
  bool gram_;
  bool sparse_;
  /// Entries of a row and of a column that products are taken of; sparse data's on average.
  Index row_entries_;
  Index column_entries_;
  Plan plan_;
  /// Of either factor: sqrt(mean(A') / k).
  double typical_entry_;
  T floor_;
  LossCheck loss_;
  PanelTuner<T> tuner_;
  Sweep<T> sweep_;
  GramSums<T> sums_;
  Matrix<T> W_;
  Matrix<T> Ht_;
  std::optional<Extrapolation<T>> extrapolation_;
  /// A whole sweep, where it can be replayed.
  std::unique_ptr<Recording> recording_;

  Clock::time_point started_;
  Index iteration_ = 0;
  /// As of the last check: whether the sweep before it was undone, whether only A itself could tell
  /// the loss, and the objective.
  bool undone_ = false;
  bool entries_wanted_ = false;
  double scaled_objective_ = 0;
  StopReason stop_reason_ = StopReason::iteration_limit;
  std::vector<LossRecord> history_;
  Timings timings_;
  std::vector<std::string> warnings_;
  /// Last: its thread uses what is above.
  std::optional<SnapshotStreamer<T>> streamer_;
};

template <class T>
Solver<T>::Solver(const DataView& A, const Options& options)
    : impl_(std::make_unique<Impl>(A, options, nullptr)) {}

template <class T>
Solver<T>::Solver(const DataView& A, const Options& options, const InitialFactors<T>& initial)
    : impl_(std::make_unique<Impl>(A, options, &initial)) {}

template <class T>
Solver<T>::~Solver() = default;
template <class T>
Solver<T>::Solver(Solver&&) noexcept = default;
template <class T>
Solver<T>& Solver<T>::operator=(Solver&&) noexcept = default;

template <class T>
void Solver<T>::step() {
  impl_->step();
}

template <class T>
LossRecord Solver<T>::check() {
  return impl_->check();
}

template <class T>
void Solver<T>::stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options) {
  impl_->stream_to(sink, options);
}

template <class T>
StopReason Solver<T>::run(std::stop_token stop, const CheckCallback& on_check,
                          const std::function<void()>& before_sweep) {
  return impl_->run(stop, on_check, before_sweep);
}

template <class T>
Index Solver<T>::iteration() const noexcept {
  return impl_->iteration();
}

template <class T>
const std::vector<LossRecord>& Solver<T>::loss_history() const noexcept {
  return impl_->history();
}

template <class T>
Matrix<T> Solver<T>::W() const {
  return impl_->W();
}

template <class T>
Matrix<T> Solver<T>::Ht() const {
  return impl_->Ht();
}

template <class T>
Result<T> Solver<T>::result() const {
  return impl_->result();
}

template <class T>
Result<T> factorize(const DataView& A, const Options& options, std::stop_token stop,
                    const CheckCallback& on_check) {
  Solver<T> solver(A, options);
  solver.run(std::move(stop), on_check);
  return solver.result();
}

template <class T>
Result<T> factorize(const DataView& A, const Options& options, const InitialFactors<T>& initial,
                    std::stop_token stop, const CheckCallback& on_check) {
  Solver<T> solver(A, options, initial);
  solver.run(std::move(stop), on_check);
  return solver.result();
}

template class NONNEG_EXPORT Solver<float>;
template class NONNEG_EXPORT Solver<double>;
template NONNEG_EXPORT Result<float> factorize(const DataView&, const Options&, std::stop_token,
                                               const CheckCallback&);
template NONNEG_EXPORT Result<double> factorize(const DataView&, const Options&, std::stop_token,
                                                const CheckCallback&);
template NONNEG_EXPORT Result<float> factorize(const DataView&, const Options&,
                                               const InitialFactors<float>&, std::stop_token,
                                               const CheckCallback&);
template NONNEG_EXPORT Result<double> factorize(const DataView&, const Options&,
                                                const InitialFactors<double>&, std::stop_token,
                                                const CheckCallback&);

}  // namespace nonneg
