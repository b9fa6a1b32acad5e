#include "convergence.hpp"

namespace nonneg {

bool has_converged(double previous_objective, double objective, double tolerance) noexcept {
  if (tolerance == 0) return false;
  return previous_objective - objective <= tolerance * objective;
}

double cancellation_threshold(Precision compute_type) noexcept {
  // The identity's error was seen at 1e-7 of ‖A‖² in float32 (docs/numerics.md, "The loss"): below
  // these shares it would be more than a ten-thousandth of the loss itself.
  return compute_type == Precision::float32 ? 1e-3 : 1e-12;
}

double identity_rounding(Precision compute_type) noexcept {
  return compute_type == Precision::float32 ? 0x1p-25 : 0x1p-53;
}

}  // namespace nonneg
