/// Rows of W that are updated again and again with H fixed, until each has settled.
#pragma once

#include <algorithm>
#include <vector>

#include "backend/backend.hpp"

namespace nonneg {

/// One panel's rows at a time. A row has settled when a round of updates moves it by no more than
/// `tolerance` times as far as the first round did; what it is then is its result, whatever the
/// panel's other rows still need, so that panels may be cut anywhere.
template <class T>
class SettlingRows {
 public:
  /// Takes two host buffers of panel_rows × rank.
  SettlingRows(Index panel_rows, Index rank, double tolerance)
      : tolerance_squared_(tolerance * tolerance),
        before_(panel_rows, rank),
        now_(panel_rows, rank) {}

  /// W_p as it is before the first round, in the backend's memory.
  void begin(Backend<T>& backend, MatrixView<const T> W_p) {
    rows_.assign(static_cast<std::size_t>(W_p.rows()), Row{});
    backend.copy(W_p, rows_of(before_, W_p.rows()));
  }

  /// After a round. Copies the rows that have settled by it into `result` (host), and all that are
  /// left where it is the last round. Returns whether another is needed.
  bool again(Backend<T>& backend, MatrixView<const T> W_p, bool last, MatrixView<T> result) {
    backend.copy(W_p, rows_of(now_, W_p.rows()));
    bool any = false;
    for (Index i = 0; i < W_p.rows(); ++i) {
      Row& row = rows_[static_cast<std::size_t>(i)];
      if (row.settled) continue;
      const double change = squared_change(i);
      if (row.first_change < 0) row.first_change = change;
      // Written so that a row with NaN settles: it stays NaN whatever is done.
      const bool moves = change > 0 && change > tolerance_squared_ * row.first_change;
      row.settled = last || !moves;
      any = any || !row.settled;
      if (row.settled) std::copy_n(now_.view().row(i), W_p.cols(), result.row(i));
    }
    std::swap(before_, now_);
    return any;
  }

 private:
  struct Row {
    bool settled = false;
    /// Squared change of the first round; negative before it.
    double first_change = -1;
  };

  static MatrixView<T> rows_of(Matrix<T>& X, Index rows) { return X.view().row_block(0, rows); }

  double squared_change(Index i) {
    const T* before = before_.view().row(i);
    const T* now = now_.view().row(i);
    double sum = 0;
    for (Index c = 0; c < now_.cols(); ++c) {
      const double step = static_cast<double>(now[c]) - static_cast<double>(before[c]);
      sum += step * step;
    }
    return sum;
  }

  double tolerance_squared_;
  Matrix<T> before_;
  Matrix<T> now_;
  std::vector<Row> rows_;
};

}  // namespace nonneg
