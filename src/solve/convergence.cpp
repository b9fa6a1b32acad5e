// SPDX-License-Identifier: Apache-2.0
#include "solve/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nonneg {

bool StoppingRule::asks_for_last() const noexcept { return std::isfinite(allowed.since_last); }

StoppingRule stopping_rule(const Options& options, double exact_fit) noexcept {
  constexpr double kFewSweeps = 10;
  const double root = std::sqrt(options.tolerance);
  const double sweeps = static_cast<double>(options.check_every);
  const LargestMoves allowed =
      options.algorithm == Algorithm::mu
          ? LargestMoves{std::numeric_limits<double>::infinity(), 3 * root}
          : LargestMoves{root * std::min(1.0, sweeps / kFewSweeps), 5 * root};
  const Penalties& p = options.penalties;
  return {.tolerance = options.tolerance,
          .allowed = allowed,
          .scale_counts = (p.l1_w > 0 || p.l2_w > 0) && (p.l1_h > 0 || p.l2_h > 0),
          .exact_fit = exact_fit};
}

bool has_converged(const StoppingRule& rule, const Advance& advance) noexcept {
  if (rule.tolerance == 0) return false;
  if (advance.objective <= rule.exact_fit) return true;
  const double fall = advance.earlier_objective - advance.objective;
  const double negligible = rule.tolerance * rule.tolerance * advance.first_objective;
  const bool flat =
      fall <= std::sqrt(rule.tolerance) * advance.objective || advance.objective <= negligible;
  return flat && advance.moves.since_last <= rule.allowed.since_last &&
         advance.moves.over_last_third <= rule.allowed.over_last_third;
}

double fit_rounding(Precision compute_type) noexcept {
  // Of the products of two rounded entries.
  if (compute_type == Precision::tf32) return 0x1p-10;
  return compute_type == Precision::float64 ? 0x1p-51 : 0x1p-22;
}

double cancellation_threshold(Precision compute_type) noexcept {
  // The identity's error was seen at 1e-7 of ‖A‖² in float32 (docs/numerics.md, "The loss"): below
  // these shares it would be more than a ten-thousandth of the loss itself.
  // Products in tf32 are off by more than any loss that matters.
  if (compute_type == Precision::tf32) return std::numeric_limits<double>::infinity();
  return compute_type == Precision::float64 ? 1e-12 : 1e-3;
}

double identity_rounding(Precision compute_type) noexcept {
  if (compute_type == Precision::tf32) return 0x1p-12;
  return compute_type == Precision::float64 ? 0x1p-53 : 0x1p-25;
}

}  // namespace nonneg
