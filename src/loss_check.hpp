/// Reads the loss off the sums of a check, or off A itself where those cannot tell.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "convergence.hpp"
#include "data_summary.hpp"
#include "extrapolation_step.hpp"
#include "gram_sums.hpp"
#include "nonneg/plan.hpp"
#include "problem_units.hpp"

namespace nonneg {

/// A loss in the run's units and the record of it in the caller's.
struct MeasuredLoss {
  LossRecord record;
  double scaled_objective = 0;
};

class LossCheck {
 public:
  LossCheck(const Options& options, const DataSummary& summary, const ProblemUnits& units,
            const Plan& plan)
      : options_(options), norm_(summary.scaled_sum_of_squares), units_(units) {
    constexpr double kSmallWork = 1 << 18;
    small_ = static_cast<double>(plan.rows) * static_cast<double>(plan.cols) *
                 static_cast<double>(plan.rank) <
             kSmallWork;
  }

  /// The same objective as scaled_objective() below, for the extrapolation.
  StepRule step_rule() const {
    const Penalties& p = options_.penalties;
    const double w = units_.objective() / units_.w;
    const double h = units_.objective() / units_.h;
    return {.sum_of_squares = norm_,
            .rounding = identity_rounding(options_.precision) * norm_,
            .penalized = p.l1_w > 0 || p.l1_h > 0 || p.l2_w > 0 || p.l2_h > 0,
            .l1_w = p.l1_w * w,
            .l1_h = p.l1_h * h,
            .l2_w = p.l2_w * w / units_.w,
            .l2_h = p.l2_h * h / units_.h};
  }

  /// The loss after `iteration` sweeps. `has_terms` says that the sums of the Gram identity are
  /// those of the factors; `residual()` sums ‖A − W·H‖² entry by entry, and is called only where
  /// the identity cannot tell: its terms cancel, or small data is looked at again for nothing.
  template <class Residual>
  MeasuredLoss measure(Index iteration, double seconds, const HostSums& sums, bool has_terms,
                       const Residual& residual) const {
    const double by_identity =
        norm_ - 2 * sum_at(sums, CheckSum::cross) + sum_at(sums, CheckSum::quadratic);
    const bool direct = !has_terms || small_ ||
                        !(by_identity >= cancellation_threshold(options_.precision) * norm_);
    const FactorSums w = factor_sums_at(sums, CheckSum::w_sums);
    const FactorSums h = factor_sums_at(sums, CheckSum::h_sums);
    require_finite(iteration, w, h);
    const double squared = direct ? residual() : by_identity;
    if (!std::isfinite(squared)) {
      throw InvalidArgument(fmt::format(
          "the loss is not finite after iteration {}: products of A and the factors overflow {}; "
          "scale A down, or use precision = float64",
          iteration, to_string(options_.precision)));
    }
    MeasuredLoss measured;
    LossRecord& record = measured.record;
    record.iteration = iteration;
    record.seconds = seconds;
    record.loss = 0.5 * squared / units_.data / units_.data;
    record.objective = record.loss + penalty(w, h);
    record.relative_error = norm_ > 0     ? std::sqrt(std::max(squared, 0.0) / norm_)
                            : squared > 0 ? INFINITY
                                          : 0.0;
    record.direct = direct;
    measured.scaled_objective = 0.5 * squared + penalty(w, h) * units_.objective();
    return measured;
  }

 private:
  /// In the caller's units.
  double penalty(const FactorSums& w, const FactorSums& h) const {
    const Penalties& p = options_.penalties;
    return p.l1_w * w.sum / units_.w + p.l1_h * h.sum / units_.h +
           0.5 * p.l2_w * w.sum_of_squares / (units_.w * units_.w) +
           0.5 * p.l2_h * h.sum_of_squares / (units_.h * units_.h);
  }

  void require_finite(Index iteration, const FactorSums& w, const FactorSums& h) const {
    if (w.non_finite + h.non_finite == 0) return;
    throw InvalidArgument(fmt::format(
        "after iteration {} the factors are no longer finite ({} entries of W, {} of H): products "
        "overflow {}; start from smaller factors, or use precision = float64",
        iteration, w.non_finite, h.non_finite, to_string(options_.precision)));
  }

  Options options_;
  /// ‖A‖² in the run's units.
  double norm_;
  ProblemUnits units_;
  bool small_ = false;
};

}  // namespace nonneg
