#include "nonneg/solver.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include "convergence.hpp"
#include "data_summary.hpp"
#include "extrapolation.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"
#include "panels/panel_crew.hpp"
#include "problem_units.hpp"
#include "requirements.hpp"
#include "rules/gram_rule.hpp"

namespace nonneg {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr UniformKey w_key(std::uint64_t seed) { return {.seed = seed, .matrix = 0}; }
constexpr UniformKey h_key(std::uint64_t seed) { return {.seed = seed, .matrix = 1}; }

/// A row stops repeating when a pass moves it by less than a tenth of what its first pass did
/// (Gillis & Glineur 2012, section 4); as a ratio of squares.
constexpr double kRepeatTolerance = 0.01;

/// Where each sum of a check lies.
enum Sum : Index { cross = 0, quadratic = 1, w_sums = 2, h_sums = 5, sum_count = 8 };

FactorSums factor_sums_at(const std::array<double, sum_count>& sums, Index first) {
  const auto i = static_cast<std::size_t>(first);
  return {.sum = sums[i], .sum_of_squares = sums[i + 1], .non_finite = sums[i + 2]};
}

}  // namespace

template <class T>
class Solver<T>::Impl {
 public:
  Impl(const DataView& A, const Options& options, const InitialFactors<T>* initial)
      : options_(checked(options, A, initial)),
        created_(Clock::now()),
        choice_(choose_backend(options_)),
        backend_(make_backend<T>(chosen(options_, choice_))),
        summary_(summarize(A, options_.precision, backend_->threads())),
        units_{summary_.scale, std::sqrt(summary_.scale), std::sqrt(summary_.scale)},
        plan_(affordable(backend_->plan(A, options_, summary_.scale != 1))),
        crew_(*backend_, A, plan_, summary_.scale),
        typical_entry_(std::sqrt(summary_.scaled_mean / static_cast<double>(options_.rank))),
        update_rule_(make_rule(*backend_)),
        G_(backend_->allocate(options_.rank, options_.rank)),
        W_(backend_->allocate(A.rows(), options_.rank)),
        Ht_(backend_->allocate(A.cols(), options_.rank)),
        sums_(backend_->allocate_sums(sum_count)) {
    if (extrapolates(options_)) {
      point_ = backend_->allocate(A.cols(), options_.rank);
      previous_W_ = backend_->allocate(A.rows(), options_.rank);
      previous_Ht_ = backend_->allocate(A.cols(), options_.rank);
    }
    require_representable<T>(typical_entry_ / units_.w);
    for (int w = 0; w < crew_.size(); ++w) shares_.push_back(make_share(crew_.backend(w)));
    if (initial != nullptr) {
      take(*initial);
    } else {
      draw();
    }
    if (extrapolates(options_)) {
      backend_->copy(Ht_.view(), point_.view());
      backend_->copy(Ht_.view(), previous_Ht_.view());
    }
    timings_.inspect_seconds = seconds_since(created_);
    started_ = Clock::now();
  }

  void step() {
    const auto start = Clock::now();
    run_sweep();
    ++iteration_;
    has_terms_ = true;
    if (extrapolates(options_)) extrapolate();
    timings_.sweep_seconds += seconds_since(start);
  }

  LossRecord check() {
    const auto start = Clock::now();
    const LossRecord record = measure();
    history_.push_back(record);
    timings_.check_seconds += seconds_since(start);
    return record;
  }

  StopReason run(const std::stop_token& stop, const CheckCallback& on_check) {
    while (true) {
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
    result.threads = backend_->threads();
    result.panel_rows = plan_.panel_rows;
    result.warnings = warnings_;
    return result;
  }

 private:
  /// What one worker adds up.
  struct Share {
    std::unique_ptr<UpdateRule<T>> rule;
    SweepTerms<T> terms;
    /// One sum, for the residual.
    Matrix<double> sum;
  };

  static Options checked(Options options, const DataView& A, const InitialFactors<T>* initial) {
    validate(options);
    options.threads = chosen_threads(A.rows(), A.cols(), options.rank, options.threads);
    require_precision<T>(options);
    options.precision = std::is_same_v<T, float> ? Precision::float32 : Precision::float64;
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

  Share make_share(Backend<T>& backend) {
    return {make_rule(backend), SweepTerms<T>(backend, plan_.cols, options_.rank),
            backend.allocate_sums(1)};
  }

  std::unique_ptr<UpdateRule<T>> make_rule(Backend<T>& backend) {
    const Algorithm algorithm = options_.algorithm;
    const auto repeats = [&](Index other_length) {
      return options_.inner_repeats > 0 ? options_.inner_repeats
                                        : chosen_repeats(algorithm, other_length, options_.rank);
    };
    const T floor = factor_floor<T>(options_, typical_entry_);
    const FactorUpdates<T> updates{
        w_update<T>(options_, units_, floor, repeats(plan_.cols), kRepeatTolerance),
        h_update<T>(options_, units_, floor, repeats(plan_.rows), kRepeatTolerance)};
    return make_gram_rule(backend, algorithm, updates, plan_.panel_rows, options_.rank);
  }

  /// Uniform factors with E[W'·H'] = mean(A').
  void draw() {
    const auto upper = static_cast<T>(2 * typical_entry_);
    const T floor = factor_floor<T>(options_, typical_entry_);
    backend_->fill_uniform(W_.view(), w_key(options_.seed), 0, upper, floor);
    backend_->fill_uniform(Ht_.view(), h_key(options_.seed), 0, upper, floor);
  }

  void take(const InitialFactors<T>& initial) {
    require_shape<T>("W0", initial.W, plan_.rows, options_.rank);
    require_shape<T>("H0", initial.H, options_.rank, plan_.cols);
    require_valid_factor<T>("W0", initial.W);
    require_valid_factor<T>("H0", initial.H);
    Matrix<T> w(W_.rows(), W_.cols());
    Matrix<T> ht(Ht_.rows(), Ht_.cols());
    Index w_zeros = 0;
    Index h_zeros = 0;
    for (Index i = 0; i < w.rows(); ++i) {
      for (Index c = 0; c < w.cols(); ++c) w(i, c) = started(initial.W(i, c), units_.w, w_zeros);
    }
    for (Index j = 0; j < ht.rows(); ++j) {
      for (Index c = 0; c < ht.cols(); ++c) ht(j, c) = started(initial.H(c, j), units_.h, h_zeros);
    }
    backend_->copy(w.view(), W_.view());
    backend_->copy(ht.view(), Ht_.view());
    if (options_.algorithm == Algorithm::mu) {
      warn_of_zeros("W0", w_zeros);
      warn_of_zeros("H0", h_zeros);
    }
  }

  T started(T value, double unit, Index& zeros) const {
    zeros += value == T{0} ? 1 : 0;
    const T floor = factor_floor<T>(options_, typical_entry_);
    const auto scaled = static_cast<T>(static_cast<double>(value) * unit);
    return scaled < floor ? floor : scaled;
  }

  void warn_of_zeros(std::string_view name, Index zeros) {
    if (zeros == 0) return;
    warnings_.push_back(fmt::format(
        "{} has {} zero {}: multiplicative updates cannot leave zero, so they start from the floor",
        name, zeros, zeros == 1 ? "entry" : "entries"));
  }

  /// Sweeps; from the second time on by replay, where the panels and the backend allow it. (The
  /// first sweep is run: what a backend prepares on first use must not be recorded.)
  void run_sweep() {
    if (recording_ == nullptr && iteration_ > 0 && crew_.repeatable()) {
      recording_ = backend_->record([this] { sweep(); });
    }
    if (recording_ != nullptr) {
      recording_->replay();
    } else {
      sweep();
    }
  }

  /// One iteration: every worker sweeps its rows, then H is updated from all workers' sums.
  void sweep() {
    crew_.run([this](int worker) {
      Share& own = share(worker);
      const MatrixView<const T> H = extrapolates(options_) ? point_.view() : Ht_.view();
      own.rule->begin_sweep(H);
      own.terms.clear(crew_.backend(worker));
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        const MatrixView<T> W_p = W_.view().row_block(panel.first_row, panel.A.rows());
        if (extrapolates(options_)) {
          crew_.backend(worker).copy(W_p,
                                     previous_W_.view().row_block(panel.first_row, panel.A.rows()));
        }
        own.rule->update_rows(panel, H, W_p);
        own.rule->accumulate(panel, W_p, own.terms);
      });
    });
    for (int w = 1; w < crew_.size(); ++w) {
      backend_->add(share(w).terms.C.view(), terms().C.view());
      backend_->add(share(w).terms.S.view(), terms().S.view());
    }
    update_rule_->update_columns(terms(), Ht_.view());
  }

  Share& share(int worker) { return shares_[static_cast<std::size_t>(worker)]; }
  /// The first worker's terms; after a sweep, the sums over all workers.
  SweepTerms<T>& terms() { return shares_.front().terms; }

  /// Carries H on along its last step, or undoes the sweep where the objective rose.
  void extrapolate() {
    const std::array<double, sum_count> sums = gram_sums();
    const FactorSums w = factor_sums_at(sums, Sum::w_sums);
    const FactorSums h = factor_sums_at(sums, Sum::h_sums);
    const double squared = identity_of(sums);
    const double objective = scaled_objective(squared, w, h);
    const double rounding = identity_rounding(options_.precision) * summary_.scaled_sum_of_squares;
    // A plain sweep never raises the objective: only rounding could say so.
    undone_ = carried_ && objective > accepted_objective_ + rounding;
    if (undone_) {
      carried_ = false;
      backend_->copy(previous_W_.view(), W_.view());
      backend_->copy(previous_Ht_.view(), Ht_.view());
      backend_->copy(Ht_.view(), point_.view());
      step_factor_.reject();
      has_terms_ = false;
      return;
    }
    accepted_objective_ = std::min(accepted_objective_, objective);
    // A loss within its own rounding cannot tell a rise: from there on, plain sweeps.
    constexpr double kReliable = 100;
    carried_ = squared > kReliable * rounding;
    if (carried_) {
      const T floor = factor_floor<T>(options_, typical_entry_);
      backend_->extrapolate(Ht_.view(), previous_Ht_.view(), static_cast<T>(step_factor_.value()),
                            floor, point_.view());
    } else {
      backend_->copy(Ht_.view(), point_.view());
    }
    step_factor_.accept();
    backend_->copy(Ht_.view(), previous_Ht_.view());
  }

  StopReason finish(StopReason reason, const CheckCallback& on_check) {
    stop_reason_ = reason;
    if (history_.empty() || history_.back().iteration != iteration_) report(on_check);
    return reason;
  }

  void report(const CheckCallback& on_check) {
    const LossRecord record = check();
    if (on_check) on_check(record);
  }

  LossRecord measure() {
    const double norm = summary_.scaled_sum_of_squares;
    std::array<double, sum_count> sums = gram_sums();
    const double by_identity = identity_of(sums);
    // Before the first sweep, and after one undone, there are no terms; below the threshold they
    // cancel; small data is looked at again for nothing.
    const bool direct = !has_terms_ || is_small() ||
                        !(by_identity >= cancellation_threshold(options_.precision) * norm);
    const FactorSums w = factor_sums_at(sums, Sum::w_sums);
    const FactorSums h = factor_sums_at(sums, Sum::h_sums);
    require_finite(w, h);
    const double squared = direct ? direct_residual() : by_identity;
    if (!std::isfinite(squared)) {
      throw InvalidArgument(fmt::format(
          "the loss is not finite after iteration {}: products of A and the factors overflow {}; "
          "scale A down, or use precision = float64",
          iteration_, to_string(options_.precision)));
    }
    return record_of(squared, direct, w, h);
  }

  bool is_small() const {
    constexpr double kSmallWork = 1 << 18;
    return static_cast<double>(plan_.rows) * static_cast<double>(plan_.cols) *
               static_cast<double>(plan_.rank) <
           kSmallWork;
  }

  LossRecord record_of(double squared, bool direct, const FactorSums& w, const FactorSums& h) {
    const double norm = summary_.scaled_sum_of_squares;
    LossRecord record;
    record.iteration = iteration_;
    record.seconds = seconds_since(started_);
    record.loss = 0.5 * squared / units_.data / units_.data;
    record.objective = record.loss + penalty(w, h);
    record.relative_error = norm > 0      ? std::sqrt(std::max(squared, 0.0) / norm)
                            : squared > 0 ? INFINITY
                                          : 0.0;
    record.direct = direct;
    scaled_objective_ = scaled_objective(squared, w, h);
    return record;
  }

  /// In the caller's units.
  double penalty(const FactorSums& w, const FactorSums& h) const {
    const Penalties& p = options_.penalties;
    return p.l1_w * w.sum / units_.w + p.l1_h * h.sum / units_.h +
           0.5 * p.l2_w * w.sum_of_squares / (units_.w * units_.w) +
           0.5 * p.l2_h * h.sum_of_squares / (units_.h * units_.h);
  }

  /// In the run's units, from ‖A' − W'·H'‖².
  double scaled_objective(double squared, const FactorSums& w, const FactorSums& h) const {
    return 0.5 * squared + penalty(w, h) * units_.objective();
  }

  double identity_of(const std::array<double, sum_count>& sums) const {
    return summary_.scaled_sum_of_squares - 2 * sums[Sum::cross] + sums[Sum::quadratic];
  }

  /// The sums of a check that need no look at A: ⟨C, Ht⟩, ⟨S, H·Hᵀ⟩ and the factors' own.
  std::array<double, sum_count> gram_sums() {
    double* sums = sums_.data();
    backend_->set_zero(G_.view());
    backend_->add_gram(Ht_.view(), G_.view());
    if (has_terms_) {
      backend_->dot(terms().C.view(), Ht_.view(), sums + Sum::cross);
      backend_->dot(terms().S.view(), G_.view(), sums + Sum::quadratic);
    } else {
      backend_->clear_sums(sums + Sum::cross, 2);
    }
    backend_->factor_sums(W_.view(), sums + Sum::w_sums);
    backend_->factor_sums(Ht_.view(), sums + Sum::h_sums);
    std::array<double, sum_count> host{};
    backend_->fetch(sums, host.data(), sum_count);
    return host;
  }

  /// ‖A' − W'·H'‖² entry by entry: one more read of A.
  double direct_residual() {
    crew_.run([this](int worker) {
      Backend<T>& backend = crew_.backend(worker);
      double* sum = share(worker).sum.data();
      backend.clear_sums(sum, 1);
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        const MatrixView<const T> W_p = W_.view().row_block(panel.first_row, panel.A.rows());
        backend.add_residual(panel.A, W_p, Ht_.view(), sum);
      });
    });
    double total = 0;
    for (int w = 0; w < crew_.size(); ++w) {
      double sum = 0;
      crew_.backend(w).fetch(share(w).sum.data(), &sum, 1);
      total += sum;
    }
    return total;
  }

  void require_finite(const FactorSums& w, const FactorSums& h) const {
    if (w.non_finite + h.non_finite == 0) return;
    throw InvalidArgument(fmt::format(
        "after iteration {} the factors are no longer finite ({} entries of W, {} of H): products "
        "overflow {}; start from smaller factors, or use precision = float64",
        iteration_, w.non_finite, h.non_finite, to_string(options_.precision)));
  }

  Matrix<T> unscaled(const Matrix<T>& factor, double unit) const {
    Matrix<T> host(factor.rows(), factor.cols());
    backend_->copy(factor.view(), host.view());
    if (unit == 1) return host;
    for (Index i = 0; i < host.size(); ++i) {
      host.data()[i] = static_cast<T>(static_cast<double>(host.data()[i]) / unit);
    }
    return host;
  }

  Options options_;
  Clock::time_point created_;
  BackendChoice choice_;
  std::unique_ptr<Backend<T>> backend_;
  DataSummary summary_;
  ProblemUnits units_;
  Plan plan_;
  PanelCrew<T> crew_;
  /// Of either factor: sqrt(mean(A') / k).
  double typical_entry_;
  std::vector<Share> shares_;
  /// Updates H with all threads; the workers' rules update W.
  std::unique_ptr<UpdateRule<T>> update_rule_;
  Matrix<T> G_;
  Matrix<T> W_;
  Matrix<T> Ht_;
  Matrix<double> sums_;
  // With extrapolation only: where the next sweep reads H, and the factors before the last sweep.
  Matrix<T> point_;
  Matrix<T> previous_W_;
  Matrix<T> previous_Ht_;
  StepFactor step_factor_;
  double accepted_objective_ = std::numeric_limits<double>::infinity();
  /// The point is not Ht itself.
  bool carried_ = false;
  /// The last sweep was undone.
  bool undone_ = false;
  /// The workers' terms are those of W_ and Ht_.
  bool has_terms_ = false;
  /// A whole sweep, where it can be replayed.
  std::unique_ptr<Recording> recording_;

  Clock::time_point started_;
  Index iteration_ = 0;
  double scaled_objective_ = 0;
  StopReason stop_reason_ = StopReason::iteration_limit;
  std::vector<LossRecord> history_;
  Timings timings_;
  std::vector<std::string> warnings_;
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
StopReason Solver<T>::run(std::stop_token stop, const CheckCallback& on_check) {
  return impl_->run(stop, on_check);
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
