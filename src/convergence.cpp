#include "convergence.hpp"

namespace nonneg {

bool has_converged(double previous_objective, double objective, double tolerance) noexcept {
  if (tolerance == 0) return false;
  return previous_objective - objective <= tolerance * objective;
}

double cancellation_threshold(Precision compute_type) noexcept {
  // About 100 times the relative error of the terms, which are sums of many products in the compute
  // type (docs/numerics.md, "The loss").
  return compute_type == Precision::float32 ? 1e-5 : 1e-12;
}

}  // namespace nonneg
