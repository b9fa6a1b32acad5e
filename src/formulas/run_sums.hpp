// SPDX-License-Identifier: Apache-2.0
/// Where each sum of a check lies among the doubles that a backend adds up.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// ⟨C, Ht⟩ and ⟨S, H·Hᵀ⟩, then FactorSums of W and of Ht in the order of its fields, then the state
/// of the extrapolation.
struct RunSum {
  enum At : Index { cross = 0, quadratic = 1, w_sums = 2, h_sums = 5, step_state = 8, count = 14 };
};

/// Behind them, k sums of each kind, one for each component: the squared norms of W's and Ht's
/// columns, their inner products with those of the check before and of one before the last third of
/// the run, and the components' shares ⟨C_q, h_q⟩ of cross and Σ_l S_ql·G_ql of quadratic.
struct ComponentSum {
  enum Kind : Index {
    w_squares,
    h_squares,
    w_last,
    h_last,
    w_third,
    h_third,
    cross,
    quadratic,
    kinds
  };
};

}  // namespace nonneg
