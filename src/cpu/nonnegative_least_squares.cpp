// SPDX-License-Identifier: Apache-2.0
// Eight rows are solved at a time, one per lane of a vector of doubles, whatever T: each lane has
// its own passive set, and components outside it are rows and columns of the identity there. So
// every step is the same arithmetic on all lanes, with one read of G for eight rows, and a row's
// result does not depend on the rows beside it. A lane whose row is solved takes the next one. The
// work per row and exchange is u³/3 flops for the u components that are passive in any lane, beside
// 2·k·u for the gradient.
//
// With x = f − floor, M = G + l2·I and b = p − l1 − floor·M·1 a row is: minimise ½·x·M·x − b·x over
// x >= 0. Its solution has x_j >= 0 where y = M·x − b is 0 (passive) and y_j >= 0 where x is 0.
#include "cpu/nonnegative_least_squares.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "formulas/pivoting.hpp"
#include "formulas/row_step.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::cpu {

namespace {

constexpr int kRows = 8;
using Lanes __attribute__((vector_size(kRows * sizeof(double)))) = double;
using LaneFlags __attribute__((vector_size(kRows * sizeof(std::int64_t)))) = std::int64_t;

/// The number of entries before row i of a packed triangle.
Index row_start(Index i) { return i * (i - 1) / 2; }

/// What all rows share: M with dead components as rows and columns of 0, and what becomes of P.
template <class T>
class Problem {
 public:
  Problem(MatrixView<const T> G, const RowUpdate<T>& given)
      : update(given),
        floor(static_cast<double>(given.floor)),
        M(G.rows(), G.rows()),
        shift(1, G.rows()),
        alive(1, G.rows()) {
    const Index k = G.rows();
    for (Index j = 0; j < k; ++j) alive(0, j) = is_dead(G(j, j), update.l2) ? 0 : 1;
    for (Index j = 0; j < k; ++j) {
      double sum = 0;
      for (Index l = 0; l < k; ++l) {
        const bool both = alive(0, j) != 0 && alive(0, l) != 0;
        M(j, l) = both ? static_cast<double>(G(j, l)) : 0;
        if (j == l && both) M(j, j) += static_cast<double>(update.l2);
        sum += M(j, l);
      }
      // NaN in G is NaN in b, and so in the result, even where the floor is 0.
      shift(0, j) = static_cast<double>(update.l1) + floor * sum;
    }
  }

  RowUpdate<T> update;
  double floor;
  Matrix<double> M;
  Matrix<double> shift;
  Matrix<double> alive;
};

template <class T>
class Pivoting {
 public:
  Pivoting(MatrixView<T> F, MatrixView<const T> P, const Problem<T>& problem, Index exchanges)
      : F_(F),
        P_(P),
        problem_(problem),
        k_(F.cols()),
        exchanges_(exchanges),
        memory_(row_start(k_ + 1) + 6 * k_, kRows),
        used_(static_cast<std::size_t>(k_)) {
    Lanes* next = reinterpret_cast<Lanes*>(memory_.data());
    const auto take = [&next](Index count) {
      Lanes* taken = next;
      next += count;
      return taken;
    };
    L_ = take(row_start(k_ + 1));
    inverse_ = take(k_);
    passive_ = take(k_);
    b_ = take(k_);
    z_ = take(k_);
    x_ = take(k_);
    y_ = take(k_);
  }

  void run() {
    for (int lane = 0; lane < kRows; ++lane) load_next(lane);
    while (busy_ > 0) {
      list_used();
      factorize();
      solve();
      form_gradient();
      exchange();
    }
  }

 private:
  using Limits = PivotingLimits<T>;
  static constexpr Index kNone = -1;
  static constexpr Index kTile = 4;

  /// Gives the lane the next row, if there is one.
  void load_next(int lane) {
    const auto l = static_cast<std::size_t>(lane);
    double largest = 0;
    while (next_row_ < F_.rows()) {
      const Index i = next_row_++;
      double poison = 0;
      for (Index j = 0; j < k_; ++j) {
        const bool alive = problem_.alive(0, j) != 0;
        const auto f = static_cast<double>(F_(i, j));
        const double b = alive ? static_cast<double>(P_(i, j)) - problem_.shift(0, j) : 0;
        b_[j][lane] = b;
        passive_[j][lane] = alive && f > problem_.floor ? 1 : 0;
        largest = std::max(largest, std::abs(b));
        poison += alive ? 0 * b + 0 * f : 0;
      }
      if (poison == 0) {
        row_[l] = i;
        ++busy_;
        backup_[l] = BackupRule<Index>(k_);
        rounds_[l] = 0;
        b_tolerance_[lane] = -Limits::kRounding * largest;
        return;
      }
      for (Index j = 0; j < k_; ++j) {
        if (problem_.alive(0, j) != 0) F_(i, j) = std::numeric_limits<T>::quiet_NaN();
      }
      largest = 0;
    }
    row_[l] = kNone;
    b_tolerance_[lane] = 0;
    for (Index j = 0; j < k_; ++j) b_[j][lane] = passive_[j][lane] = 0;
  }

  /// Lists the components that are passive in any lane.
  void list_used() {
    count_ = 0;
    for (Index j = 0; j < k_; ++j) {
      const Lanes p = passive_[j];
      double any = 0;
      for (int lane = 0; lane < kRows; ++lane) any += p[lane];
      if (any != 0) used_[static_cast<std::size_t>(count_++)] = j;
    }
  }

  Index used(Index i) const { return used_[static_cast<std::size_t>(i)]; }

  /// Factorizes M of the passive components as L·D·Lᵀ, L of unit diagonal, kTile rows at a time. A
  /// row first holds L·D, which is what the sums need.
  void factorize() {
    for (Index first = 0; first < count_; first += kTile) {
      const Index rows = std::min(kTile, count_ - first);
      if (rows == kTile) {
        reduce_rows<kTile>(first, first);
      } else {
        for (Index r = 0; r < rows; ++r) reduce_rows<1>(first + r, first);
      }
      for (Index i = first; i < first + rows; ++i) finish_row(i, first);
    }
  }

  /// Forms entries 0 … end - 1 of L·D's rows `first` ….
  template <Index Rows>
  void reduce_rows(Index first, Index end) {
    std::array<const double*, Rows> m{};
    std::array<Lanes*, Rows> row{};
    std::array<Lanes, Rows> passive{};
    for (Index r = 0; r < Rows; ++r) {
      const auto s = static_cast<std::size_t>(r);
      m[s] = problem_.M.view().row(used(first + r));
      row[s] = L_ + row_start(first + r);
      passive[s] = passive_[used(first + r)];
    }
    for (Index j = 0; j < end; ++j) {
      const Index c = used(j);
      const Lanes* pivot_row = L_ + row_start(j);
      Lanes sums[Rows];
      for (Index r = 0; r < Rows; ++r) {
        const auto s = static_cast<std::size_t>(r);
        sums[r] = m[s][c] * passive[s] * passive_[c];
      }
      for (Index l = 0; l < j; ++l) {
        const Lanes factor = pivot_row[l];
        for (Index r = 0; r < Rows; ++r) sums[r] -= row[static_cast<std::size_t>(r)][l] * factor;
      }
      for (Index r = 0; r < Rows; ++r) row[static_cast<std::size_t>(r)][j] = sums[r];
    }
  }

  /// Forms the rest of row i, whose entries before `begin` are there, and its pivot.
  void finish_row(Index i, Index begin) {
    const double* m = problem_.M.view().row(used(i));
    const Lanes passive = passive_[used(i)];
    Lanes* row = L_ + row_start(i);
    for (Index j = begin; j < i; ++j) {
      const Lanes* pivot_row = L_ + row_start(j);
      Lanes sum = m[used(j)] * passive * passive_[used(j)];
      for (Index l = 0; l < j; ++l) sum -= row[l] * pivot_row[l];
      row[j] = sum;
    }
    const Lanes diagonal = m[used(i)] * passive + (1 - passive);
    Lanes pivot = diagonal;
    for (Index l = 0; l < i; ++l) {
      const Lanes scaled = row[l] * inverse_[l];
      pivot -= row[l] * scaled;
      row[l] = scaled;
    }
    const Lanes least = Limits::kMinPivot * diagonal;
    inverse_[i] = 1 / (pivot < least ? least : pivot);
  }

  /// Solves for x of the used components, which is 0 in lanes where they are not passive.
  void solve() {
    for (Index i = 0; i < count_; ++i) {
      const Lanes* row = L_ + row_start(i);
      Lanes sum = b_[used(i)] * passive_[used(i)];
      for (Index l = 0; l < i; ++l) sum -= row[l] * z_[l];
      z_[i] = sum;
    }
    for (Index i = 0; i < count_; ++i) z_[i] *= inverse_[i];
    x_tolerance_ = Lanes{};
    overflow_ = Lanes{};
    for (Index i = count_ - 1; i >= 0; --i) {
      const Lanes* row = L_ + row_start(i);
      const Lanes x = z_[i];
      for (Index l = 0; l < i; ++l) z_[l] -= row[l] * x;
      overflow_ += 0 * x;
      const Lanes low = -Limits::kRounding * (x < 0 ? -x : x);
      x_tolerance_ = low < x_tolerance_ ? low : x_tolerance_;
    }
    for (Index j = 0; j < k_; ++j) x_[j] = Lanes{};
    for (Index i = 0; i < count_; ++i) x_[used(i)] = z_[i];
  }

  /// Sets y = M·x − b.
  void form_gradient() {
    Index first = 0;
    for (; first + kTile <= k_; first += kTile) gradient_of<kTile>(first);
    for (; first < k_; ++first) gradient_of<1>(first);
  }

  template <Index Count>
  void gradient_of(Index first) {
    Lanes sums[Count];
    for (Index c = 0; c < Count; ++c) sums[c] = -b_[first + c];
    for (Index i = 0; i < count_; ++i) {
      const double* m = problem_.M.view().row(used(i)) + first;
      const Lanes x = z_[i];
      for (Index c = 0; c < Count; ++c) sums[c] += m[c] * x;
    }
    for (Index c = 0; c < Count; ++c) y_[first + c] = sums[c];
  }

  /// Stores the rows that are solved; in the others components that violate their sign change
  /// sides.
  void exchange() {
    LaneFlags counts{};
    LaneFlags last{};
    for (Index j = 0; j < k_; ++j) {
      const LaneFlags below = passive_[j] != 0 ? x_[j] < x_tolerance_ : y_[j] < b_tolerance_;
      counts -= below;
      last = below ? LaneFlags{} + j : last;
    }
    // 1 where a lane exchanges all violations, else 0.
    Lanes all{};
    std::array<bool, kRows> done{};
    for (int lane = 0; lane < kRows; ++lane) {
      const auto l = static_cast<std::size_t>(lane);
      if (row_[l] == kNone) continue;
      const bool overflows = overflow_[lane] != 0;
      const bool solved = counts[lane] == 0 && !overflows;
      done[l] = solved || overflows || rounds_[l]++ >= exchanges_;
      if (solved) {
        store(lane);
      } else if (done[l]) {
        descend(lane);
      } else {
        all[lane] = backup_[l].exchanges_all(counts[lane]) ? 1 : 0;
      }
    }
    for (Index j = 0; j < k_; ++j) {
      const LaneFlags below = passive_[j] != 0 ? x_[j] < x_tolerance_ : y_[j] < b_tolerance_;
      const LaneFlags chosen = below & ((all != 0) | (last == j));
      passive_[j] = chosen ? 1 - passive_[j] : passive_[j];
    }
    for (int lane = 0; lane < kRows; ++lane) {
      if (!done[static_cast<std::size_t>(lane)]) continue;
      --busy_;
      load_next(lane);
    }
  }

  void store(int lane) {
    const Index i = row_[static_cast<std::size_t>(lane)];
    for (Index j = 0; j < k_; ++j) {
      F_(i, j) = problem_.alive(0, j) == 0
                     ? dead_step(F_(i, j), -P_(i, j), problem_.update)
                     : static_cast<T>(problem_.floor + std::max(x_[j][lane], 0.0));
    }
  }

  /// Descends by coordinates from the row's old values, which never raises the objective.
  void descend(int lane) {
    const Index i = row_[static_cast<std::size_t>(lane)];
    for (Index j = 0; j < k_; ++j) {
      x_[j][lane] = std::max(static_cast<double>(F_(i, j)) - problem_.floor, 0.0);
    }
    bool moved = true;
    for (int pass = 0; moved && pass < Limits::kMaxDescents; ++pass) {
      moved = false;
      for (Index j = 0; j < k_; ++j) {
        if (problem_.alive(0, j) == 0) continue;
        const double* m = problem_.M.view().row(j);
        double slope = -b_[j][lane];
        for (Index l = 0; l < k_; ++l) slope += m[l] * x_[l][lane];
        const double x = x_[j][lane];
        const double next = std::max(x - slope / m[j], 0.0);
        moved = moved || std::abs(next - x) > Limits::kRounding * next;
        x_[j][lane] = next;
      }
    }
    store(lane);
  }

  MatrixView<T> F_;
  MatrixView<const T> P_;
  const Problem<T>& problem_;
  Index k_;
  Index exchanges_;
  Index next_row_ = 0;
  int busy_ = 0;

  Matrix<double> memory_;
  std::vector<Index> used_;
  Index count_ = 0;

  // Below the diagonal of used components, packed by rows; the others by used component (inverse_,
  // z_) or by component.
  Lanes* L_;
  Lanes* inverse_;
  Lanes* passive_;
  Lanes* b_;
  Lanes* z_;
  Lanes* x_;
  Lanes* y_;
  /// Below these an entry of x or y violates its sign.
  Lanes x_tolerance_{};
  Lanes b_tolerance_{};
  /// NaN where x is beyond double, as it may be only where G is not a Gram matrix; else 0.
  Lanes overflow_{};

  std::array<Index, kRows> row_{};
  std::array<Index, kRows> rounds_{};
  std::array<BackupRule<Index>, kRows> backup_{};
};

}  // namespace

template <class T>
void anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                 const RowUpdate<T>& update, Index exchanges) {
  if (F.empty()) return;
  const Problem<T> problem(G, update);
  Pivoting<T>(F, P, problem, exchanges).run();
}

double anls_workspace_bytes(Index k) {
  const auto components = static_cast<double>(k);
  const double triangle = components * (components + 1) / 2;
  return ((triangle + 6 * components) * kRows + components * (components + 2)) * sizeof(double);
}

template void anls_update(MatrixView<float>, MatrixView<const float>, MatrixView<const float>,
                          const RowUpdate<float>&, Index);
template void anls_update(MatrixView<double>, MatrixView<const double>, MatrixView<const double>,
                          const RowUpdate<double>&, Index);

}  // namespace nonneg::cpu
