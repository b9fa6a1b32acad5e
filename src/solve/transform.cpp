// W for new rows with H fixed, each row updated until it settles. For the Frobenius loss of
// complete data the products with Hᵀ are taken once, and the rule repeats the rows by itself.
#include <algorithm>
#include <cmath>

#include "init/random_factors.hpp"
#include "nonneg/solver.hpp"
#include "options/checks.hpp"
#include "panels/panel_crew.hpp"
#include "panels/panel_heights.hpp"
#include "rules/make_rule.hpp"
#include "solve/problem.hpp"
#include "solve/settling_rows.hpp"

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

/// Updates each row of W until it has settled, at most options.max_iterations times; what the rows
/// are then is in `result`, on the host.
template <class T>
void settle_rows(PanelCrew<T>& crew, int worker, UpdateRule<T>& rule, const Options& options,
                 Index panel_rows, MatrixView<const T> Ht, MatrixView<T> W, MatrixView<T> result) {
  Backend<T>& backend = crew.backend(worker);
  SettlingRows<T> rows(panel_rows, options.rank, options.tolerance);
  crew.for_each_panel(worker, [&](const Panel<T>& panel) {
    const MatrixView<T> W_p = W.row_block(panel.first_row, panel.rows());
    rows.begin(backend, W_p);
    for (Index done = 0; done < *options.max_iterations;) {
      const Index round = std::min(options.check_every, *options.max_iterations - done);
      for (Index i = 0; i < round; ++i) rule.update_rows(panel, Ht, W_p);
      done += round;
      if (!rows.again(backend, W_p, done == *options.max_iterations,
                      result.row_block(panel.first_row, panel.rows()))) {
        break;
      }
    }
  });
}

}  // namespace

template <class T>
Matrix<T> transform(const DataView& A, MatrixView<const T> H, const Options& given) {
  Options wanted = given;
  wanted.rank = H.rows();
  validate(wanted);
  require_shape<T>("H", H, wanted.rank, A.cols());
  require_valid_factor<T>("H", H);
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
  const T floor = factor_floor<T>(options, typical);

  const Plan plan = problem.plan(options.rank, {});
  PanelCrew<T> crew(backend, A, plan, units.data);
  Matrix<T> Ht = backend.allocate(H.cols(), options.rank);
  backend.copy(transposed(H, units.h).view(), Ht.view());
  Matrix<T> W = backend.allocate(A.rows(), options.rank);
  require_representable<T>(typical / units.w);
  draw_factor(backend, DrawnFactor::w, options.seed, typical, floor, W.view());

  const RuleSettings<T> settings = problem.rule_settings(
      options.rank, {.W = w_update<T>(options, units, floor, *options.max_iterations,
                                      options.tolerance * options.tolerance),
                     .H = {}});
  const Index panel_rows = max_panel_rows(plan);
  Matrix<T> result(W.rows(), W.cols());
  crew.run([&](int worker) {
    const auto rule = make_rule(crew.backend(worker), settings, panel_rows);
    rule->begin_sweep(Ht.view());
    if (settings.mode.gram_rules_serve) {
      crew.for_each_panel(worker, [&](const Panel<T>& panel) {
        rule->update_rows(panel, Ht.view(), W.view().row_block(panel.first_row, panel.rows()));
      });
    } else {
      settle_rows<T>(crew, worker, *rule, options, panel_rows, Ht.view(), W.view(), result.view());
    }
  });

  if (settings.mode.gram_rules_serve) backend.copy(W.view(), result.view());
  for (Index i = 0; i < result.size(); ++i) {
    result.data()[i] = static_cast<T>(static_cast<double>(result.data()[i]) / units.w);
  }
  require_valid_factor<T>("the transformed W", result.view());
  return result;
}

template NONNEG_EXPORT Matrix<float> transform(const DataView&, MatrixView<const float>,
                                               const Options&);
template NONNEG_EXPORT Matrix<double> transform(const DataView&, MatrixView<const double>,
                                                const Options&);

}  // namespace nonneg
