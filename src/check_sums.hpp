/// Where each sum of a check lies among the doubles that a backend adds up.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// ⟨C, Ht⟩ and ⟨S, H·Hᵀ⟩, then FactorSums of W and of Ht in the order of its fields, then the state
/// of the extrapolation.
struct CheckSum {
  static constexpr Index cross = 0;
  static constexpr Index quadratic = 1;
  static constexpr Index w_sums = 2;
  static constexpr Index h_sums = 5;
  static constexpr Index step_state = 8;
  static constexpr Index count = 14;
};

}  // namespace nonneg
