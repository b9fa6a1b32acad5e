// SPDX-License-Identifier: Apache-2.0
/// Flops and bytes of the sweep and its primitives, by (m, n, k): what a benchmark is measured
/// against.
#pragma once

#include "nonneg/matrix_view.hpp"

namespace nonneg::bench {

/// What a piece of work must do at least.
struct Cost {
  double flops = 0;
  /// Bytes moved between memory and the processor, when each operand is touched once.
  double bytes = 0;

  Cost operator+(const Cost& other) const { return {flops + other.flops, bytes + other.bytes}; }
  Cost operator*(double times) const { return {flops * times, bytes * times}; }
};

/// P = A·Ht, A m × n, Ht n × k.
inline Cost product_cost(Index m, Index n, Index k, double entry_bytes) {
  const auto M = static_cast<double>(m);
  const auto N = static_cast<double>(n);
  const auto K = static_cast<double>(k);
  return {2 * M * N * K, entry_bytes * (M * N + N * K + M * K)};
}

/// G = FᵀF, F rows × k.
inline Cost gram_cost(Index rows, Index k, double entry_bytes) {
  const auto R = static_cast<double>(rows);
  const auto K = static_cast<double>(k);
  return {2 * R * K * K, entry_bytes * (R * K + K * K)};
}

/// One pass of a row update over F (rows × k): F·G, and F and P read, F written.
inline Cost row_update_cost(Index rows, Index k, double entry_bytes) {
  const auto R = static_cast<double>(rows);
  const auto K = static_cast<double>(k);
  return {2 * R * K * K, entry_bytes * 3 * R * K};
}

/// One sweep over dense A: the two products with A, which is read once, the Gram matrices, and the
/// updates of both factors with the given repeats (flops; a repeated row stays in cache).
inline Cost sweep_cost(Index m, Index n, Index k, double entry_bytes, Index w_repeats,
                       Index h_repeats) {
  const double a_bytes = entry_bytes * static_cast<double>(m) * static_cast<double>(n);
  Cost cost = product_cost(m, n, k, entry_bytes) + product_cost(n, m, k, entry_bytes);
  cost.bytes -= a_bytes;
  cost = cost + gram_cost(m, k, entry_bytes) + gram_cost(n, k, entry_bytes);
  const Cost w = row_update_cost(m, k, entry_bytes);
  const Cost h = row_update_cost(n, k, entry_bytes);
  cost = cost + w + h;
  cost.flops +=
      w.flops * static_cast<double>(w_repeats - 1) + h.flops * static_cast<double>(h_repeats - 1);
  return cost;
}

}  // namespace nonneg::bench
