// W for new rows with H fixed, each row updated until it settles. For the Frobenius loss of
// complete data the products with Hᵀ are taken once, and the rule repeats the rows by itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "options/checks.hpp"
#include "options/data_summary.hpp"
#include "options/units.hpp"
#include "panels/panel_crew.hpp"
#include "rules/beta_rule.hpp"
#include "rules/gram_rule.hpp"
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

}  // namespace

template <class T>
Matrix<T> transform(const DataView& A, MatrixView<const T> H, const Options& given) {
  Options options = given;
  options.rank = H.rows();
  options = settled(options, A);
  options.precision = require_precision<T>(options);
  options.threads = chosen_threads(A.rows(), A.cols(), options.rank, options.threads);
  require_shape<T>("H", H, options.rank, A.cols());
  require_valid_factor<T>("H", H);

  options.backend = choose_backend(options, A).kind;
  const auto backend = make_backend<T>(options);
  const DataSummary summary = summarize(A, options, backend->threads());
  double h_mean = 0;
  ProblemUnits units;
  units.data = summary.scale;
  units.beta = options.beta;
  units.h = unit_scale(H, h_mean);
  units.w = units.data / units.h;

  Matrix<T> host_ht(A.cols(), options.rank);
  for (Index j = 0; j < host_ht.rows(); ++j) {
    for (Index c = 0; c < host_ht.cols(); ++c) {
      host_ht(j, c) = static_cast<T>(static_cast<double>(H(c, j)) * units.h);
    }
  }
  const Plan plan = backend->plan(A, options, summary.scale != 1);
  require_memory(plan);
  PanelCrew<T> crew(*backend, A, plan, summary.scale);
  Matrix<T> Ht = backend->allocate(host_ht.rows(), host_ht.cols());
  backend->copy(host_ht.view(), Ht.view());
  Matrix<T> W = backend->allocate(A.rows(), options.rank);

  const double typical_sum = static_cast<double>(options.rank) * h_mean * units.h;
  const double typical = typical_sum > 0 ? summary.scaled_mean / typical_sum : 0.0;
  require_representable<T>(typical / units.w);
  const T floor = factor_floor<T>(options, typical);
  backend->fill_uniform(W.view(), {.seed = options.seed, .matrix = 0}, 0,
                        static_cast<T>(2 * typical), floor);
  const FactorUpdates<T> updates{w_update<T>(options, units, floor, options.max_iterations,
                                             options.tolerance * options.tolerance),
                                 {}};
  const bool gram = gram_rules_serve(options, A);
  Matrix<T> result(W.rows(), W.cols());
  crew.run([&](int worker) {
    Backend<T>& own = crew.backend(worker);
    const auto rule =
        gram ? make_gram_rule(own, options.algorithm, updates, most_panel_rows(plan), options.rank,
                              A.sparse())
             : make_beta_rule(own, BetaWork(options, A), updates,
                              least_model<T>(summary.scaled_mean, options.beta),
                              most_panel_rows(plan), A.cols(), options.rank, A.sparse());
    rule->begin_sweep(Ht.view());
    if (gram) {
      crew.for_each_panel(worker, [&](const Panel<T>& panel) {
        rule->update_rows(panel, Ht.view(), W.view().row_block(panel.first_row, panel.rows()));
      });
      return;
    }
    SettlingRows<T> rows(most_panel_rows(plan), options.rank, options.tolerance);
    crew.for_each_panel(worker, [&](const Panel<T>& panel) {
      const MatrixView<T> W_p = W.view().row_block(panel.first_row, panel.rows());
      rows.begin(own, W_p);
      for (Index done = 0; done < options.max_iterations;) {
        const Index round = std::min(options.check_every, options.max_iterations - done);
        for (Index i = 0; i < round; ++i) rule->update_rows(panel, Ht.view(), W_p);
        done += round;
        if (!rows.again(own, W_p, done == options.max_iterations,
                        result.view().row_block(panel.first_row, panel.rows()))) {
          break;
        }
      }
    });
  });

  if (gram) backend->copy(W.view(), result.view());
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
