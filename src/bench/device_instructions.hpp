// SPDX-License-Identifier: Apache-2.0
/// Instructions that a warp issues in the inner loops of the row updates, in float32 and without
/// penalties: counted in machine code for sm_90 by CUDA 13.0, by bench/gpu/count_instructions.py.
#pragma once

#include "bench/device_counts.hpp"

namespace nonneg::bench {

/// For one component of all the rows that a warp holds.
struct LoopInstructions {
  /// Of the product F·G.
  double product = 0;
  /// Of a pass of HALS.
  double pass = 0;

  explicit LoopInstructions(Index per_lane) {
    if (per_lane <= 1) {
      product = 11.5, pass = 58;
    } else if (per_lane <= 2) {
      product = 16.75, pass = 63.5;
    } else if (per_lane <= 4) {
      product = 64, pass = 98;
    } else if (per_lane <= 8) {
      product = 130, pass = 166;
    } else if (per_lane <= 16) {
      product = 252, pass = 282;
    } else {
      product = 381, pass = 410;
    }
  }
};

/// Instructions of the update of `rows` × k, k <= 768, every row taking `passes`. What stands
/// outside of the loops over components is left out: the loads and stores of a row, and whether it
/// repeats.
inline double update_instructions(Algorithm algorithm, Index rows, Index k, Index passes) {
  // The product is cuBLAS's, and what is left has no such loop.
  if (forms_denominators(algorithm, k, passes)) return 0;
  const RowCut cut(k);
  const LoopInstructions loop(cut.per_lane);
  const auto times = static_cast<double>(passes);
  const double of_component =
      algorithm == Algorithm::hals
          ? static_cast<double>(gradients(passes)) * loop.product + times * loop.pass
          : times * loop.product;
  return static_cast<double>(cut.warps(rows)) * static_cast<double>(k) * of_component;
}

}  // namespace nonneg::bench
