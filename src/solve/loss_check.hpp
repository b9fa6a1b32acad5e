// SPDX-License-Identifier: Apache-2.0
/// Reads the loss off the sums of a check, or off A itself where those cannot tell.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formulas/extrapolation_step.hpp"
#include "nonneg/plan.hpp"
#include "options/data_summary.hpp"
#include "options/units.hpp"
#include "solve/convergence.hpp"
#include "solve/host_sums.hpp"

namespace nonneg {

/// A loss in the run's units and the record of it in the caller's.
struct MeasuredLoss {
  LossRecord record;
  double scaled_objective = 0;
};

class LossCheck {
 public:
  LossCheck(const Options& options, const DataSummary& summary, const ProblemUnits& units,
            const Plan& plan, double least_model, bool has_gram_identity)
      : options_(options),
        norm_(summary.scaled_sum_of_squares),
        reference_(summary.scaled_reference_loss),
        power_sum_(summary.scaled_power_sum),
        of_zeros_(summary.scaled_mean == 0 ? loss_of_zeros(summary.weight, least_model) : 0),
        units_(units),
        scaled_(units.scaled(options.penalties)),
        has_identity_(has_gram_identity) {
    constexpr double kSmallWork = 1 << 18;
    small_ = static_cast<double>(plan.rows) * static_cast<double>(plan.cols) *
                 static_cast<double>(plan.rank) <
             kSmallWork;
  }

  /// An objective that is as close to 0 as factors of the compute type bring it.
  double exact_fit() const {
    const double rounding = fit_rounding(options_.precision);
    return 0.5 * rounding * rounding * power_sum_;
  }

  /// The same objective as measured() below, for the extrapolation.
  StepRule step_rule() const {
    const Penalties& p = scaled_;
    return {.sum_of_squares = norm_,
            .rounding = identity_rounding(options_.precision) * norm_,
            .penalized = p.l1_w > 0 || p.l1_h > 0 || p.l2_w > 0 || p.l2_h > 0,
            .l1_w = p.l1_w,
            .l1_h = p.l1_h,
            .l2_w = p.l2_w,
            .l2_h = p.l2_h};
  }

  // Losses are in the run's units from here on.

  /// ½‖A − W·H‖² by the Gram identity; only where there is one and the terms are those of the
  /// factors.
  double by_identity(const HostSums& sums) const {
    return 0.5 * (norm_ - 2 * sums[RunSum::cross] + sums[RunSum::quadratic]);
  }

  /// True where A must be looked at entry by entry: there is no identity or its terms cancel, or
  /// small data is looked at again for nothing. `loss` is what the identity says.
  bool needs_entries(double loss) const {
    return !has_identity_ || small_ ||
           !(2 * loss >= cancellation_threshold(options_.precision) * norm_);
  }

  /// The loss after `iteration` sweeps, with the penalties by the factors' sums.
  MeasuredLoss measured(Index iteration, double seconds, double loss, bool direct,
                        const HostSums& sums) const {
    MeasuredLoss measured;
    LossRecord& record = measured.record;
    record.iteration = iteration;
    record.seconds = seconds;
    record.loss = units_.callers_objective(loss);
    record.objective = record.loss + penalty(options_.penalties, sums, units_.w, units_.h);
    record.relative_error = reference_ > 0     ? std::sqrt(std::max(loss, 0.0) / reference_)
                            : loss > of_zeros_ ? INFINITY
                                               : 0.0;
    record.direct = direct;
    measured.scaled_objective = loss + penalty(scaled_, sums, 1, 1);
    return measured;
  }

  /// After a sweep that was undone: the objective is the least so far again.
  double of_accepted(const HostSums& sums) const {
    return sums.accepted() - penalty(scaled_, sums, 1, 1);
  }

  /// Throws InvalidArgument where a factor has entries that are not finite.
  void require_finite_factors(Index iteration, const HostSums& sums) const {
    const double of_w = sums.w().non_finite;
    const double of_h = sums.h().non_finite;
    if (of_w + of_h == 0) return;
    throw InvalidArgument(
        Subject::A,
        fmt::format("after iteration {} the factors are no longer finite ({} entries of W, {} of "
                    "H): products "
                    "overflow {}; start from smaller factors, or use precision = float64",
                    iteration, of_w, of_h, to_string(options_.precision)));
  }

  void require_finite_loss(Index iteration, double loss) const {
    if (std::isfinite(loss)) return;
    throw InvalidArgument(
        Subject::A,
        fmt::format(
            "the loss is not finite after iteration {}: products of A and the factors overflow {}; "
            "scale A down, or use precision = float64",
            iteration, to_string(options_.precision)));
  }

 private:
  /// What `weight` zeros are from a model of `least`, with room for its rounding. Where there are
  /// zeros β is > 0.
  double loss_of_zeros(double weight, double least) const {
    return 2 * weight * std::pow(least, options_.beta) / options_.beta;
  }

  /// Of factors w·W and h·H whose sums these are.
  static double penalty(const Penalties& p, const HostSums& sums, double w, double h) {
    // A strength of 0 times a sum that has left double is 0.
    const auto term = [](double strength, double sum) { return strength > 0 ? strength * sum : 0; };
    return term(p.l1_w, sums.w().sum / w) + term(p.l1_h, sums.h().sum / h) +
           term(0.5 * p.l2_w, sums.w().sum_of_squares / w / w) +
           term(0.5 * p.l2_h, sums.h().sum_of_squares / h / h);
  }

  Options options_;
  /// ‖A‖² in the run's units.
  double norm_;
  /// The loss that relative_error is relative to.
  double reference_;
  /// Σ a^β in the run's units.
  double power_sum_;
  /// The loss that is left of data without an entry > 0 by what the model counts as at least.
  double of_zeros_;
  ProblemUnits units_;
  /// The penalties in the run's units.
  Penalties scaled_;
  bool has_identity_ = false;
  bool small_ = false;
};

}  // namespace nonneg
