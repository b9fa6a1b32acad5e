// SPDX-License-Identifier: Apache-2.0
/// Sums over a matrix's rows, in double, piece by piece in a fixed order: a sum does not depend on
/// the number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "backend/backend.hpp"
#include "base/parallel.hpp"

namespace nonneg::cpu {

/// Sums of body(first, count, sums), which adds to its own, over pieces of the rows.
template <std::size_t N, class Body>
std::array<double, N> sums_of_pieces(int threads, Index rows, const Body& body) {
  constexpr Index kPieceRows = 64;
  const Index pieces = (rows + kPieceRows - 1) / kPieceRows;
  std::vector<std::array<double, N>> partial(static_cast<std::size_t>(pieces),
                                             std::array<double, N>{});
  parallel_ranges(threads, pieces, 1, [&](Index first_piece, Index count) {
    for (Index p = first_piece; p < first_piece + count; ++p) {
      const Index first = p * kPieceRows;
      body(first, std::min(kPieceRows, rows - first), partial[static_cast<std::size_t>(p)]);
    }
  });
  std::array<double, N> total{};
  for (const auto& sums : partial) {
    for (std::size_t s = 0; s < N; ++s) total[s] += sums[s];
  }
  return total;
}

/// ⟨X, Y⟩.
template <class T>
double inner_product(int threads, MatrixView<const T> X, MatrixView<const T> Y);

template <class T>
FactorSums factor_sums(int threads, MatrixView<const T> F);

/// The sums of F's k columns.
template <class T>
std::vector<double> column_sums(int threads, MatrixView<const T> F);

/// Σ_i X(i, c)·Y(i, c) of the k columns.
template <class T>
std::vector<double> column_dots(int threads, MatrixView<const T> X, MatrixView<const T> Y);

/// FᵀF, k × k.
template <class T>
std::vector<double> double_gram(int threads, MatrixView<const T> F);

}  // namespace nonneg::cpu
