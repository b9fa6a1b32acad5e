// W for new rows with H fixed, each row updated until it settles (rules/settling_rows.hpp).
#include <algorithm>
#include <cmath>

#include "nonneg/solver.hpp"
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
Matrix<T> transform(const DataView& A, MatrixView<const T> H, const Options& given,
                    std::vector<std::string>* warnings, LossRecord* loss) {
  Options wanted = given;
  wanted.rank = H.rows();
  validate(wanted);
  if (wanted.max_iterations == 0) {
    throw InvalidArgument(Subject::max_iterations,
                          "max_iterations = 0: a new row takes at least one update");
  }
  require_shape<T>(Subject::H, H, wanted.rank, A.cols());
  require_valid_factor<T>(Subject::H, H);
  Problem<T> problem(A, wanted);
  const Options& options = problem.options();
  const DataSummary& summary = problem.summary();
  Backend<T>& backend = problem.backend();

  double h_mean = 0;
  ProblemUnits units = problem.units();
  units.h = unit_scale(H, h_mean);
  units.w = units.data / units.h;
  const double typical_sum = static_cast<double>(options.rank) * h_mean * units.h;
  const double typical = typical_sum > 0 ? summary.scaled_mean / typical_sum : 0.0;
  require_representable<T>(typical / units.w);

  Buffers held = SettlingRows<T>::needs(A.rows());
  held.add(RunSums<T>::needs(options.rank));
  const Plan plan = problem.plan(options.rank, held);
  PanelCrew<T> crew(backend, problem.data(), plan, units.data);
  Matrix<T> Ht = backend.allocate(H.cols(), options.rank);
  backend.copy(transposed(H, units.h).view(), Ht.view());
  Matrix<T> W = backend.allocate(A.rows(), options.rank);
  Matrix<T> floors = allocate(backend, held, "row floors");
  RunSums<T> sums(backend, held, plan.workers);

  RowUpdate<T> update = w_update<T>(options, units, factor_floor<T>(options, 1),
                                    *options.max_iterations, options.tolerance * options.tolerance);
  update.until_settled = true;
  RuleSettings<T> settings = problem.rule_settings(options.rank, {.W = update, .H = {}});
  // What the powers of the model need, whatever rows there are.
  settings.least = static_cast<T>(least_of_powers<T>(options.beta));
  const Index panel_rows = max_panel_rows(plan);
  Matrix<T> result(W.rows(), W.cols());
  crew.run([&](int worker) {
    const auto rule = make_rule(crew.backend(worker), settings, panel_rows);
    SettlingRows<T> rows(panel_rows, options.tolerance, *options.max_iterations,
                         options.check_every, units.w, floors.view(), result.view());
    rule->begin_sweep(Ht.view());
    crew.for_each_panel(worker, [&](const Panel<T>& panel) {
      const MatrixView<T> W_p = W.view().row_block(panel.first_row, panel.rows());
      rule->settle_rows(panel, Ht.view(), W_p, rows);
      if (loss == nullptr) return;
      // While the panel is near: what the rows came to, which W_p does not hold in every rule.
      const auto own = result.view().row_block(panel.first_row, panel.rows());
      crew.backend(worker).copy(scaled<T>(own, units.w).view(), W_p);
      rule->add_loss(panel, W_p, Ht.view(), sums.losses() + worker);
    });
  });

  require_valid_factor<T>(Subject::W, result.view(), "the transformed W");
  if (loss != nullptr) {
    make_rule(backend, settings, 0)->add_model_loss(W.view(), Ht.view(), sums.losses());
    sums.add_up_factors(W.view(), Ht.view());
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

template NONNEG_EXPORT Matrix<float> transform(const DataView&, MatrixView<const float>,
                                               const Options&, std::vector<std::string>*,
                                               LossRecord*);
template NONNEG_EXPORT Matrix<double> transform(const DataView&, MatrixView<const double>,
                                                const Options&, std::vector<std::string>*,
                                                LossRecord*);

}  // namespace nonneg
