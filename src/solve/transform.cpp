// SPDX-License-Identifier: Apache-2.0
// W for new rows with H fixed, each row updated until it settles (rules/settling_rows.hpp).
#include "nonneg/transform.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/host_memory.hpp"
#include "options/checks.hpp"
#include "panels/panel_crew.hpp"
#include "panels/panel_heights.hpp"
#include "rules/make_rule.hpp"
#include "solve/loss_check.hpp"
#include "solve/problem.hpp"
#include "solve/run_sums.hpp"
#include "solve/unobserved.hpp"

namespace nonneg {

namespace {

/// A power of 2 that brings the largest entry to about 1; 1 for a factor of zeros.
template <class T>
double unit_scale(MatrixView<const T> X, double& mean) {
  double max = 0;
  double sum = 0;
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index j = 0; j < X.cols(); ++j) {
      const auto value = static_cast<double>(X(i, j));
      max = std::max(max, value);
      sum += value;
    }
  }
  mean = sum / (static_cast<double>(X.rows()) * static_cast<double>(X.cols()));
  return max > 0 ? std::ldexp(1.0, std::min(1022, -std::ilogb(max))) : 1.0;
}

/// X (on the host) times `factor`.
template <class T>
Matrix<T> scaled(MatrixView<const T> X, double factor) {
  Matrix<T> result(X.rows(), X.cols());
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index j = 0; j < X.cols(); ++j) {
      result(i, j) = static_cast<T>(static_cast<double>(X(i, j)) * factor);
    }
  }
  return result;
}

/// H (k × n, on the host) as Ht in units of 1/unit.
template <class T>
Matrix<T> transposed(MatrixView<const T> H, double unit) {
  Matrix<T> Ht(H.cols(), H.rows());
  for (Index j = 0; j < Ht.rows(); ++j) {
    for (Index c = 0; c < Ht.cols(); ++c) {
      Ht(j, c) = static_cast<T>(static_cast<double>(H(c, j)) * unit);
    }
  }
  return Ht;
}

}  // namespace

template <class T>
class Transformer<T>::Impl {
 public:
  Impl(MatrixView<const T> H, const Options& options) : options_(options) {
    options_.rank = H.rows();
    validate(options_);
    // How the factors were begun says nothing of new rows, which may be fewer than components.
    options_.init = Init::random;
    if (options_.max_iterations == 0) {
      throw InvalidArgument(Subject::max_iterations,
                            "max_iterations = 0: a new row takes at least one update");
    }
    require_readable(Subject::H, H);
    require_valid_factor<T>(Subject::H, H);
    h_unit_ = unit_scale(H, h_mean_);
    Ht_ = transposed(H, h_unit_);
  }

  Index rank() const noexcept { return Ht_.cols(); }
  Index cols() const noexcept { return Ht_.rows(); }

  Matrix<T> transform(const DataView& A, std::vector<std::string>* warnings, LossRecord* loss);

 private:
  /// Lets go of a batch, whatever ended it.
  struct Release {
    PanelCrew<T>& crew;
    ~Release() { crew.let_go(); }
  };

  ProblemUnits units_of(const Problem<T>& problem) const;
  /// What the batch takes beside what is kept.
  Plan plan_for(Problem<T>& problem, const Buffers& held);
  /// Makes what is kept, where what there is was made for something else.
  void keep_for(Problem<T>& problem, const Plan& plan, const RuleSettings<T>& settings);
  void drop();

  /// With H's rank.
  Options options_;
  /// On the host, in units of 1/h_unit_; and the mean of H.
  Matrix<T> Ht_;
  double h_unit_ = 1;
  double h_mean_ = 0;

  // What is kept between batches, the backend first: the others lie in its memory.
  KeptBackend<T> kept_;
  /// The backend that the rest was made with.
  std::shared_ptr<Backend<T>> backend_;
  Matrix<T> Ht_there_;
  std::optional<PanelCrew<T>> crew_;
  /// One for each worker, with the sweep begun: they hold H's Gram matrix.
  std::vector<std::unique_ptr<UpdateRule<T>>> rules_;
  std::optional<RuleSettings<T>> settings_;
  /// Of a panel that the rules have room for.
  Index panel_rows_ = 0;
};

template <class T>
ProblemUnits Transformer<T>::Impl::units_of(const Problem<T>& problem) const {
  ProblemUnits units = problem.units();
  units.h = h_unit_;
  units.w = units.data / units.h;
  const double typical_sum = static_cast<double>(rank()) * h_mean_ * units.h;
  const double typical = typical_sum > 0 ? problem.summary().scaled_mean / typical_sum : 0.0;
  require_representable<T>(typical / units.w);
  return units;
}

template <class T>
Plan Transformer<T>::Impl::plan_for(Problem<T>& problem, const Buffers& held) {
  if (!backend_) return problem.plan(rank(), held);
  try {
    return problem.plan(rank(), held);
  } catch (const OutOfMemory&) {
    // A plan asks for all that a batch takes, as if nothing of it were there yet.
    drop();
    return problem.plan(rank(), held);
  }
}

template <class T>
void Transformer<T>::Impl::drop() {
  rules_.clear();
  settings_.reset();
  crew_.reset();
  Ht_there_ = {};
  backend_.reset();
}

template <class T>
void Transformer<T>::Impl::keep_for(Problem<T>& problem, const Plan& plan,
                                    const RuleSettings<T>& settings) {
  Backend<T>& backend = problem.backend();
  const Index panel_rows = max_panel_rows(plan);
  if (backend_.get() != &backend) {
    drop();
    Ht_there_ = backend.allocate(Ht_.rows(), Ht_.cols());
    backend.copy(Ht_.view(), Ht_there_.view());
    backend_ = kept_.backend;
  }
  if (crew_ && crew_->size() == plan.workers && settings_ == settings &&
      panel_rows <= panel_rows_) {
    return;
  }
  settings_.reset();
  rules_.clear();
  crew_.emplace(backend, plan.workers);
  rules_.resize(static_cast<std::size_t>(plan.workers));
  crew_->run([&](int worker) {
    auto& rule = rules_[static_cast<std::size_t>(worker)];
    rule = make_rule(crew_->backend(worker), settings, panel_rows);
    rule->begin_sweep(Ht_there_.view());
  });
  settings_ = settings;
  panel_rows_ = panel_rows;
}

template <class T>
Matrix<T> Transformer<T>::Impl::transform(const DataView& A, std::vector<std::string>* warnings,
                                          LossRecord* loss) {
  if (A.cols() != cols()) {
    throw InvalidArgument(Subject::A,
                          fmt::format("A is {} x {} and H is {} x {}: both must have the "
                                      "same columns",
                                      A.rows(), A.cols(), rank(), cols()));
  }
  Problem<T> problem(A, options_, &kept_);
  const Options& options = problem.options();
  const DataSummary& summary = problem.summary();
  Backend<T>& backend = problem.backend();
  const ProblemUnits units = units_of(problem);

  Buffers held = SettlingRows<T>::needs(A.rows());
  held.add(RunSums<T>::needs(options.rank));
  const Plan plan = plan_for(problem, held);
  RowUpdate<T> update = w_update<T>(options, units, factor_floor<T>(options, 1),
                                    *options.max_iterations, options.tolerance * options.tolerance);
  update.until_settled = true;
  RuleSettings<T> settings = problem.rule_settings(options.rank, {.W = update, .H = {}});
  // What the powers of the model need, whatever rows there are.
  settings.least = static_cast<T>(least_of_powers<T>(options.beta));
  keep_for(problem, plan, settings);

  PanelCrew<T>& crew = *crew_;
  const Release release{crew};
  crew.take(problem.data(), plan, units.data);
  const MatrixView<const T> Ht = Ht_there_.view();
  Matrix<T> W = backend.allocate(A.rows(), options.rank);
  Matrix<T> floors = allocate(backend, held, "row floors");
  RunSums<T> sums(backend, held, plan.workers);
  Matrix<T> result(W.rows(), W.cols());
  crew.run([&](int worker) {
    UpdateRule<T>& rule = *rules_[static_cast<std::size_t>(worker)];
    SettlingRows<T> rows(max_panel_rows(plan), options.tolerance, *options.max_iterations,
                         options.check_every, units.w, floors.view(), result.view());
    crew.for_each_panel(worker, [&](const Panel<T>& panel) {
      const MatrixView<T> W_p = W.view().row_block(panel.first_row, panel.rows());
      rule.settle_rows(panel, Ht, W_p, rows);
      if (loss == nullptr) return;
      // While the panel is near: what the rows came to, which W_p does not hold in every rule.
      const auto own = result.view().row_block(panel.first_row, panel.rows());
      crew.backend(worker).copy(scaled<T>(own, units.w).view(), W_p);
      rule.add_loss(panel, W_p, Ht, sums.losses() + worker);
    });
  });

  require_valid_factor<T>(Subject::W, result.view(), "the transformed W");
  if (loss != nullptr) {
    make_rule(backend, settings, 0)->add_model_loss(W.view(), Ht, sums.losses());
    sums.add_up_factors(W.view(), Ht);
    const HostSums total = sums.fetch();
    Options of_w = options;
    of_w.penalties.l1_h = 0;
    of_w.penalties.l2_h = 0;
    const LossCheck check(of_w, summary, units, plan, static_cast<double>(settings.least), false);
    check.require_finite_loss(0, total.loss());
    *loss = check.measured(0, 0, total.loss(), true, total).record;
  }
  if (warnings != nullptr) warn_of_unobserved(summary.unobserved_rows, {}, *warnings);
  return result;
}

template <class T>
Transformer<T>::Transformer(MatrixView<const T> H, const Options& options)
    : impl_(std::make_unique<Impl>(H, options)) {}

template <class T>
Transformer<T>::~Transformer() = default;
template <class T>
Transformer<T>::Transformer(Transformer&&) noexcept = default;
template <class T>
Transformer<T>& Transformer<T>::operator=(Transformer&&) noexcept = default;

template <class T>
Matrix<T> Transformer<T>::transform(const DataView& A, std::vector<std::string>* warnings,
                                    LossRecord* loss) {
  return impl_->transform(A, warnings, loss);
}

template <class T>
Index Transformer<T>::rank() const noexcept {
  return impl_->rank();
}

template <class T>
Index Transformer<T>::cols() const noexcept {
  return impl_->cols();
}

template <class T>
Matrix<T> transform(const DataView& A, MatrixView<const T> H, const Options& options,
                    std::vector<std::string>* warnings, LossRecord* loss) {
  return Transformer<T>(H, options).transform(A, warnings, loss);
}

template class NONNEG_EXPORT Transformer<float>;
template class NONNEG_EXPORT Transformer<double>;
template NONNEG_EXPORT Matrix<float> transform(const DataView&, MatrixView<const float>,
                                               const Options&, std::vector<std::string>*,
                                               LossRecord*);
template NONNEG_EXPORT Matrix<double> transform(const DataView&, MatrixView<const double>,
                                                const Options&, std::vector<std::string>*,
                                                LossRecord*);

}  // namespace nonneg
