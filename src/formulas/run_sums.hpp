/// Where each sum of a check lies among the doubles that a backend adds up.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// ⟨C, Ht⟩ and ⟨S, H·Hᵀ⟩, then FactorSums of W and of Ht in the order of its fields, then the state
/// of the extrapolation.
struct RunSum {
  enum At : Index { cross = 0, quadratic = 1, w_sums = 2, h_sums = 5, step_state = 8, count = 14 };
};

}  // namespace nonneg
