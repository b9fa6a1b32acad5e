/// When to stop, and how the loss is read off a sweep's sums.
#pragma once

#include "nonneg/options.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// True when the objective fell by less than tolerance × itself between two checks. A tolerance of
/// 0 never converges.
bool has_converged(double previous_objective, double objective, double tolerance) noexcept;

/// Below this share of ‖A‖², ‖A − W·H‖² is no longer what the Gram identity
/// ‖A‖² − 2⟨AᵀW, Ht⟩ + ⟨WᵀW, HᵀH⟩ can tell: its terms cancel, and their own rounding is left.
double cancellation_threshold(Precision compute_type) noexcept;

/// How far the identity may be off from one sweep to the next, as a share of ‖A‖².
double identity_rounding(Precision compute_type) noexcept;

}  // namespace nonneg
