// SPDX-License-Identifier: Apache-2.0
// A block of 64 rows is transposed into k lines of 64 lanes, one lane per row, and updated there:
// every step is the same arithmetic on all lanes, whatever k, and a row's result does not depend on
// which rows share its block. The work per row and pass is 2k² flops from the first-level cache.
#include "cpu/row_update.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "formulas/row_step.hpp"

namespace nonneg::cpu {

namespace {

constexpr int kLanes = static_cast<int>(kRowBlock);

template <class T>
using Lanes = std::array<T, kLanes>;

/// line[j][i] = X(i, j) for rows 0 … count - 1; unused lanes are 0.
template <class T>
void to_lanes(MatrixView<const T> X, T* lines) {
  for (Index i = 0; i < X.rows(); ++i) {
    const T* row = X.row(i);
    for (Index j = 0; j < X.cols(); ++j) lines[j * kLanes + i] = row[j];
  }
  if (X.rows() == kLanes) return;
  for (Index j = 0; j < X.cols(); ++j) {
    std::fill(lines + j * kLanes + X.rows(), lines + (j + 1) * kLanes, T{0});
  }
}

template <class T>
void from_lanes(const T* lines, MatrixView<T> X) {
  for (Index i = 0; i < X.rows(); ++i) {
    T* row = X.row(i);
    for (Index j = 0; j < X.cols(); ++j) row[j] = lines[j * kLanes + i];
  }
}

/// sum[i] = coefficients · column i of `lines`, over k lines. The sums stay in registers.
template <class T>
inline void combine(const T* __restrict lines, const T* __restrict coefficients, Index k,
                    T* __restrict sum) {
  using Vector __attribute__((vector_size(64))) = T;
  constexpr int kVectorLanes = 64 / static_cast<int>(sizeof(T));
  constexpr int kVectors = kLanes / kVectorLanes;
  Vector sums[kVectors] = {};
  for (Index l = 0; l < k; ++l) {
    const T c = coefficients[l];
    const T* line = lines + l * kLanes;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      Vector lanes;
      std::memcpy(&lanes, line + v * kVectorLanes, sizeof(lanes));
      sums[v] += c * lanes;
    }
  }
  std::memcpy(sum, sums, sizeof(sums));
}

/// Knows which rows of a block still repeat: 1 or 0 in each lane.
template <class T>
class ActiveRows {
 public:
  explicit ActiveRows(const RowUpdate<T>& update)
      : tolerance_(update.repeat_tolerance), until_settled_(update.until_settled) {
    active_.fill(T{1});
  }

  const T* mask() const { return active_.data(); }

  /// Notes the squared change of a pass over k lines of `factor`; false when no row goes on.
  bool again(const Lanes<T>& change, bool first_pass, const T* factor, Index k) {
    if (until_settled_) return again_until_settled(change, factor, k);
    int any = 0;  // an int, so that the loop is one over vectors
    for (int i = 0; i < kLanes; ++i) {
      const bool on = repeats_again(change[i], first_pass, tolerance_, threshold_[i]);
      active_[i] = on ? active_[i] : T{0};
      any |= static_cast<int>(active_[i] != T{0});
    }
    return any != 0;
  }

 private:
  bool again_until_settled(const Lanes<T>& change, const T* factor, Index k) {
    alignas(64) Lanes<T> norm{};
    for (Index j = 0; j < k; ++j) {
      const T* f = factor + j * kLanes;
      for (int i = 0; i < kLanes; ++i) norm[i] += f[i] * f[i];
    }
    int any = 0;
    for (int i = 0; i < kLanes; ++i) {
      active_[i] = still_moves(change[i], norm[i], tolerance_) ? active_[i] : T{0};
      any |= static_cast<int>(active_[i] != T{0});
    }
    return any != 0;
  }

  T tolerance_;
  bool until_settled_;
  Lanes<T> active_;
  Lanes<T> threshold_;
};

/// Passes over the block once: each component becomes its exact minimiser. Adds to `change`.
template <class T>
void hals_pass(T* factor, const T* product, MatrixView<const T> G, const RowUpdate<T>& update,
               const T* active, Lanes<T>& change) {
  const Index k = G.rows();
  for (Index j = 0; j < k; ++j) {
    const bool dead = is_dead(G(j, j), update.l2);
    if (dead && update.l1 == T{0}) continue;
    const T inverse = T{1} / (G(j, j) + update.l2);
    alignas(64) Lanes<T> sum;
    combine(factor, G.row(j), k, sum.data());
    T* f = factor + j * kLanes;
    const T* p = product + j * kLanes;
    for (int i = 0; i < kLanes; ++i) {
      const T gradient = sum[i] - p[i];
      const T moved = dead ? dead_step(f[i], gradient, update)
                           : coordinate_step(f[i], gradient, inverse, update);
      const T value = active[i] != T{0} ? moved : f[i];
      const T step = value - f[i];
      change[i] += step * step;
      f[i] = value;
    }
  }
}

/// Passes over the block once, every component being updated from the values before the pass.
template <class T>
void multiplicative_pass(T* factor, const T* product, MatrixView<const T> G,
                         const RowUpdate<T>& update, const T* active, T* next, Lanes<T>& change) {
  const Index k = G.rows();
  for (Index j = 0; j < k; ++j) {
    alignas(64) Lanes<T> denominator;
    combine(factor, G.row(j), k, denominator.data());
    const T* f = factor + j * kLanes;
    const T* p = product + j * kLanes;
    T* out = next + j * kLanes;
    for (int i = 0; i < kLanes; ++i) {
      const T moved = ratio_step(f[i], p[i], denominator[i], update);
      const T value = active[i] != T{0} ? moved : f[i];
      const T step = value - f[i];
      change[i] += step * step;
      out[i] = value;
    }
  }
}

template <class T, class Pass>
void for_each_block(MatrixView<T> F, MatrixView<const T> P, const RowUpdate<T>& update,
                    const Pass& pass) {
  const Index k = F.cols();
  Matrix<T> lines(3 * k, kLanes);  // aligned to cache lines
  T* factor = lines.view().row(0);
  T* product = lines.view().row(k);
  T* scratch = lines.view().row(2 * k);
  for (Index first = 0; first < F.rows(); first += kRowBlock) {
    const Index count = std::min(kRowBlock, F.rows() - first);
    const MatrixView<T> block = F.row_block(first, count);
    to_lanes<T>(block, factor);
    to_lanes<T>(P.row_block(first, count), product);
    ActiveRows<T> active(update);
    for (Index repeat = 0; repeat < update.repeats; ++repeat) {
      alignas(64) Lanes<T> change{};
      pass(factor, product, scratch, active.mask(), change);
      if (!active.again(change, repeat == 0, factor, k)) break;
    }
    from_lanes<T>(factor, block);
  }
}

}  // namespace

template <class T>
void multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                           const RowUpdate<T>& update) {
  for_each_block(F, P, update,
                 [&](T* factor, const T* product, T* scratch, const T* active, Lanes<T>& change) {
                   multiplicative_pass(factor, product, G, update, active, scratch, change);
                   std::copy_n(scratch, G.rows() * kLanes, factor);
                 });
}

template <class T>
void hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                 const RowUpdate<T>& update) {
  for_each_block(F, P, update,
                 [&](T* factor, const T* product, T* /*scratch*/, const T* active,
                     Lanes<T>& change) { hals_pass(factor, product, G, update, active, change); });
}

template void multiplicative_update(MatrixView<float>, MatrixView<const float>,
                                    MatrixView<const float>, const RowUpdate<float>&);
template void multiplicative_update(MatrixView<double>, MatrixView<const double>,
                                    MatrixView<const double>, const RowUpdate<double>&);
template void hals_update(MatrixView<float>, MatrixView<const float>, MatrixView<const float>,
                          const RowUpdate<float>&);
template void hals_update(MatrixView<double>, MatrixView<const double>, MatrixView<const double>,
                          const RowUpdate<double>&);

}  // namespace nonneg::cpu
