// SPDX-License-Identifier: Apache-2.0
/// Rows of W that are updated with H fixed until each has settled. Where a row begins, its floor,
/// and when it is done are the row's own: its neighbours play no part.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "backend/buffers.hpp"

namespace nonneg {

/// One panel's rows at a time, by the rule of a loss. A row w begins at s·(1 … 1), where
/// s = ⟨P, w⟩ / ⟨D, w⟩ is the best scale of w = (1 … 1) under every β-divergence, P and D being the
/// products of its update; of the Frobenius loss D = w·G. Its unit is the power of 2 at or below s,
/// in which its floor is counted.
template <class T>
class SettlingRows {
 public:
  /// Of W with m rows.
  static Buffers needs(Index m) { return {{"row floors", m, 1}}; }

  /// For panels of at most panel_rows rows, each of them updated at most `most` times and looked at
  /// after every `round`. `floors` (m × 1) lies in the backend's memory, `result` (m × k) on the
  /// host; `w_unit` is the W of the run over that of the result. Takes two host buffers of
  /// panel_rows × k.
  SettlingRows(Index panel_rows, double tolerance, Index most, Index round, double w_unit,
               MatrixView<T> floors, MatrixView<T> result)
      : w_unit_(w_unit),
        tolerance_(tolerance),
        most_(most),
        round_(round),
        floors_(floors),
        result_(result),
        before_(panel_rows, result.cols()),
        now_(panel_rows, result.cols()) {}

  /// The rows that begin at `first_row`, W_p, as 1 in the backend's memory.
  void begin(Backend<T>& backend, Index first_row, MatrixView<T> W_p) {
    first_row_ = first_row;
    units_.assign(static_cast<std::size_t>(W_p.rows()), 1.0);
    fill(now(W_p), [](Index) { return T{1}; });
    backend.copy(now(W_p), W_p);
  }

  // Rows whose P and G hold for all updates -------------------------------------------------------
  /// Divides the problem of each row by its unit, so that rows of every size are updated alike:
  /// P ← max(0, P − l1)/unit, and W_p as it begins. l1 then has its part in P, for every algorithm:
  /// where p <= l1 the minimiser over f is the floor whatever the other components are. A component
  /// with G_jj + l2 = 0 begins at the floor.
  void divide_by_units(Backend<T>& backend, const RowUpdate<T>& update, MatrixView<const T> G,
                       MatrixView<T> P, MatrixView<T> W_p) {
    Matrix<T> gram(G.rows(), G.cols());
    backend.copy(G, gram.view());
    const auto k = static_cast<double>(G.rows());
    const double curvature = sum_of(gram.view()) + k * static_cast<double>(update.l2);
    const MatrixView<T> p = before(P);
    const MatrixView<T> w = now(W_p);
    backend.copy(P, p);
    for (Index i = 0; i < p.rows(); ++i) {
      for (Index c = 0; c < p.cols(); ++c) p(i, c) = at_least(p(i, c) - update.l1, T{0});
      const double scale = best_scale(sum_of(p.row_block(i, 1)), curvature);
      const double unit = unit_of(scale);
      units_[static_cast<std::size_t>(i)] = unit;
      for (Index c = 0; c < p.cols(); ++c) {
        p(i, c) = unit > 0 ? static_cast<T>(static_cast<double>(p(i, c)) / unit) : T{0};
        w(i, c) = unit > 0 && !is_dead(gram(c, c), update.l2) ? static_cast<T>(scale / unit)
                                                              : update.floor;
      }
    }
    backend.copy(p, P);
    backend.copy(w, W_p);
  }

  /// W_p is what its rows have settled at.
  void finish(Backend<T>& backend, MatrixView<const T> W_p) {
    backend.copy(W_p, now(W_p));
    for (Index i = 0; i < W_p.rows(); ++i) keep(i);
  }

  // Rows whose P and D follow from where they are -------------------------------------------------
  /// W_p as it begins, by P and D at 1; D has W_p's rows, or one for them all.
  void scale_by(Backend<T>& backend, MatrixView<const T> P, MatrixView<const T> D, T floor,
                MatrixView<T> W_p) {
    backend.copy(P, before(P));
    backend.copy(D, now(D));
    std::vector<T> scales(static_cast<std::size_t>(P.rows()));
    Matrix<T> floors(P.rows(), 1);
    for (Index i = 0; i < P.rows(); ++i) {
      const double scale = best_scale(sum_of(before(P).row_block(i, 1)),
                                      sum_of(now(D).row_block(D.rows() == 1 ? 0 : i, 1)));
      scales[static_cast<std::size_t>(i)] = static_cast<T>(scale);
      floors(i, 0) = static_cast<T>(static_cast<double>(floor) * unit_of(scale));
    }
    fill(before(W_p), [&](Index i) { return scales[static_cast<std::size_t>(i)]; });
    backend.copy(before(W_p), W_p);
    backend.copy(floors.view(), row_floors(P.rows()));
    settled_.assign(scales.size(), false);
  }

  /// The floors of `rows` rows of the panel, in the backend's memory.
  MatrixView<T> row_floors(Index rows) const { return floors_.row_block(first_row_, rows); }

  /// Calls update() until every row of W_p has settled: a row has where a round moved it by no more
  /// than `tolerance` times its norm, and what it was then is its result, whatever the panel's
  /// other rows still need.
  template <class Update>
  void settle(Backend<T>& backend, MatrixView<const T> W_p, const Update& update) {
    for (Index done = 0; done < most_;) {
      const Index round = std::min(round_, most_ - done);
      for (Index i = 0; i < round; ++i) update();
      done += round;
      if (!again(backend, W_p, done == most_)) return;
    }
  }

 private:
  static double sum_of(MatrixView<const T> X) {
    double sum = 0;
    for (Index i = 0; i < X.rows(); ++i) {
      sum = std::accumulate(X.row(i), X.row(i) + X.cols(), sum);
    }
    return sum;
  }

  /// 0 for a row without an entry > 0, and where nothing of it is observed.
  static double best_scale(double product, double denominator) {
    return product == 0 || denominator == 0 ? 0 : product / denominator;
  }

  static double unit_of(double scale) {
    return scale > 0 && std::isfinite(scale) ? std::ldexp(1.0, std::ilogb(scale)) : scale;
  }

  template <class Value>
  static void fill(MatrixView<T> X, const Value& value) {
    for (Index i = 0; i < X.rows(); ++i) std::fill_n(X.row(i), X.cols(), value(i));
  }

  /// The buffers for as many rows as X has.
  MatrixView<T> before(MatrixView<const T> X) { return before_.view().row_block(0, X.rows()); }
  MatrixView<T> now(MatrixView<const T> X) { return now_.view().row_block(0, X.rows()); }

  /// After a round: keeps the rows that have settled by it, and all where it is the last one.
  /// Returns whether another is needed.
  bool again(Backend<T>& backend, MatrixView<const T> W_p, bool last) {
    backend.copy(W_p, now(W_p));
    bool any = false;
    for (Index i = 0; i < W_p.rows(); ++i) {
      const auto row = static_cast<std::size_t>(i);
      if (settled_[row]) continue;
      settled_[row] = last || !moves(i);
      if (settled_[row]) keep(i);
      any = any || !settled_[row];
    }
    std::swap(before_, now_);
    return any;
  }

  bool moves(Index i) {
    double change = 0;
    double norm = 0;
    for (Index c = 0; c < now_.cols(); ++c) {
      const auto value = static_cast<double>(now_(i, c));
      const double step = value - static_cast<double>(before_(i, c));
      change += step * step;
      norm += value * value;
    }
    return still_moves(change, norm, tolerance_ * tolerance_);
  }

  void keep(Index i) {
    const double unit = units_[static_cast<std::size_t>(i)];
    for (Index c = 0; c < now_.cols(); ++c) {
      result_(first_row_ + i, c) = static_cast<T>(static_cast<double>(now_(i, c)) * unit / w_unit_);
    }
  }

  double w_unit_;
  double tolerance_;
  Index most_;
  Index round_;
  MatrixView<T> floors_;
  MatrixView<T> result_;
  /// Of the panel: its rows before a round and after it; else room for what is copied.
  Matrix<T> before_;
  Matrix<T> now_;
  Index first_row_ = 0;
  /// The result in the run's units is unit · W_p.
  std::vector<double> units_;
  std::vector<bool> settled_;
};

}  // namespace nonneg
