// SPDX-License-Identifier: Apache-2.0
/// The matrices of the tests: awkward shapes, random and planted data, all from fixed seeds.
#pragma once

#include <cstdint>
#include <ostream>
#include <random>
#include <vector>

#include "support/reference.hpp"

namespace nonneg::test {

/// The sizes of one factorization, and by how much ld exceeds the columns.
struct Shape {
  Index m = 0;
  Index n = 0;
  Index k = 0;
  Index padding = 0;
};

inline std::ostream& operator<<(std::ostream& out, const Shape& s) {
  return out << s.m << " x " << s.n << ", k = " << s.k << ", padding " << s.padding;
}

/// Single rows, columns and components, sizes beside powers of two, blocks that end early, nothing.
inline std::vector<Shape> awkward_shapes() {
  return {{1, 1, 1, 0},    {1, 7, 3, 2},    {9, 1, 2, 1},     {5, 6, 1, 3},     {3, 4, 9, 0},
          {64, 64, 16, 0}, {65, 63, 17, 1}, {129, 31, 33, 7}, {597, 43, 10, 5}, {43, 597, 33, 5},
          {0, 5, 3, 1},    {5, 0, 3, 1},    {0, 0, 2, 0}};
}

/// The same numbers with every compiler and library, unlike std::uniform_real_distribution.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform on [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 engine_;
};

/// Uniform on [low, high).
inline Dense random_matrix(Index rows, Index cols, std::uint64_t seed, double low = 0,
                           double high = 1) {
  Random random(seed);
  Dense result(rows, cols);
  for (double& entry : result.entries) entry = low + (high - low) * random.uniform();
  return result;
}

/// Uniform on [0, 1), about `zero_fraction` of the entries 0.
inline Dense sparse_matrix(Index rows, Index cols, std::uint64_t seed, double zero_fraction = 0.5) {
  Random random(seed);
  Dense result(rows, cols);
  for (double& entry : result.entries) {
    const double value = random.uniform();
    entry = random.uniform() < zero_fraction ? 0 : value;
  }
  return result;
}

/// A matrix with the factors that it was made from.
struct Planted {
  Dense A;
  Factors factors;
};

/// W·H of sparse uniform factors, in double.
inline Planted planted_sparse(Index m, Index n, Index k, std::uint64_t seed) {
  Planted planted;
  planted.factors = {sparse_matrix(m, k, seed), sparse_matrix(n, k, seed + 1)};
  planted.A = model(planted.factors.W, planted.factors.Ht);
  return planted;
}

/// Laurberg, Christensen, Plumbley, Hansen & Jensen, "Theorems on positive data: on the uniqueness
/// of NMF", 2008: with 0 < α < ½, this 6 × 3 matrix times its transpose has no other factorization
/// of rank 3 but by permuting and scaling the components.
inline Planted laurberg(double alpha = 0.25) {
  const double a = alpha;
  const double rows[6][3] = {{a, 1, 0}, {1, a, 0}, {1, 0, a}, {a, 0, 1}, {0, a, 1}, {0, 1, a}};
  Dense W(6, 3);
  for (Index i = 0; i < 6; ++i) {
    for (Index c = 0; c < 3; ++c) W(i, c) = rows[i][c];
  }
  return {model(W, W), {W, W}};
}

/// W·H, m × n and of rank 3, with no other factorization: the rows of each factor are multiples of
/// laurberg()'s. Without zeros, or, where `zeros`, every other row of a factor is one component
/// alone, and about a quarter of W·H is 0.
inline Planted planted_unique(Index m, Index n, std::uint64_t seed, bool zeros) {
  const Planted unique = laurberg();
  Random random(seed);
  const auto rows_of = [&](Index rows) {
    Dense F(rows, 3);
    for (Index i = 0; i < rows; ++i) {
      const double size = 0.5 + random.uniform();
      const bool pure = zeros && i % 2 == 1;
      for (Index c = 0; c < 3; ++c) {
        F(i, c) = size * (pure ? (i / 2 % 3 == c ? 1 : 0) : unique.factors.W(i % 6, c));
      }
    }
    return F;
  };
  Planted planted;
  planted.factors = {rows_of(m), rows_of(n)};
  planted.A = model(planted.factors.W, planted.factors.Ht);
  return planted;
}

/// Noise on top of a planted matrix: what factorizing leaves a residual of.
inline Dense noisy_planted(Index m, Index n, Index k, std::uint64_t seed, double noise = 0.1) {
  Dense A = planted_sparse(m, n, k, seed).A;
  Random random(seed + 2);
  for (double& entry : A.entries) entry += noise * random.uniform();
  return A;
}

inline double mean(const Dense& X) { return entry_sum(X) / static_cast<double>(X.entries.size()); }

/// Largest distance between a planted column of W and the best found one, both of unit sum, each
/// found column used once (greedily). 0 when W is recovered up to permutation and scale.
inline double recovery_error(const Dense& found, const Dense& planted) {
  const auto unit_column = [](const Dense& X, Index c) {
    double sum = 0;
    for (Index i = 0; i < X.rows; ++i) sum += X(i, c);
    std::vector<double> column;
    for (Index i = 0; i < X.rows; ++i) column.push_back(X(i, c) / sum);
    return column;
  };
  std::vector<bool> used(static_cast<std::size_t>(found.cols), false);
  double worst = 0;
  for (Index c = 0; c < planted.cols; ++c) {
    const std::vector<double> target = unit_column(planted, c);
    double best = std::numeric_limits<double>::infinity();
    Index best_column = 0;
    for (Index f = 0; f < found.cols; ++f) {
      if (used[static_cast<std::size_t>(f)]) continue;
      const std::vector<double> candidate = unit_column(found, f);
      double distance = 0;
      for (std::size_t i = 0; i < target.size(); ++i) {
        distance += std::abs(candidate[i] - target[i]);
      }
      if (distance < best) {
        best = distance;
        best_column = f;
      }
    }
    used[static_cast<std::size_t>(best_column)] = true;
    worst = std::max(worst, best);
  }
  return worst;
}

}  // namespace nonneg::test
