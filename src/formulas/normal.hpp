// SPDX-License-Identifier: Apache-2.0
/// Counter-based normal numbers.
#pragma once

#include <cmath>
#include <numbers>

#include "formulas/philox.hpp"

namespace nonneg {

/// A number of N(0, 1) for entry (row, column) of the matrix `key.matrix` under `key.seed` (Box &
/// Muller 1958), of the bits that a uniform number is made of; at most 6.7 in size.
inline double standard_normal(UniformKey key, Index row, Index column) {
  const std::uint64_t bits = random_bits(key, row, column);
  const double u = (static_cast<double>(bits >> 32) + 0.5) * 0x1p-32;
  const double v = (static_cast<double>(bits & 0xFFFFFFFF) + 0.5) * 0x1p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace nonneg
