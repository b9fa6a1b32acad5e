#include "solve/convergence.hpp"

#include <limits>

namespace nonneg {

bool has_converged(double previous_objective, double objective, double tolerance) noexcept {
  if (tolerance == 0) return false;
  return previous_objective - objective <= tolerance * objective;
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
