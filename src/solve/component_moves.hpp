// SPDX-License-Identifier: Apache-2.0
/// How far the components of W and H have moved since earlier checks, whatever their scales.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "backend/buffers.hpp"
#include "solve/convergence.hpp"
#include "solve/run_sums.hpp"

namespace nonneg {

/// Keeps the factors of the check before (where the rule asks for moves since then), and of two
/// earlier checks, each at 1.5 times the iterations of the one before it: one of them leaves at
/// least the last third of the run between. A component's move is the distance of its column of W
/// (or of Ht) from the kept one, both at unit norm: 0 where both are zero, √2 where one is. Where
/// the scale counts, it is that of the columns as they are, as a part of the longer one. Moves of
/// less than 1e-7 are not told from 0.
template <class T>
class ComponentMoves {
 public:
  /// `since_last`: whether moves since the check before are asked for.
  static Buffers needs(Index m, Index n, Index k, bool since_last) {
    Buffers list;
    for (std::size_t s = since_last ? 0 : 1; s < kNames.size(); ++s) {
      list.add({{kNames[s].W, m, k}, {kNames[s].Ht, n, k}});
    }
    return list;
  }

  ComponentMoves(Backend<T>& backend, const Buffers& needs, bool since_last) : backend_(backend) {
    if (since_last) last_ = make(needs, kNames[0]);
    marks_[0] = make(needs, kNames[1]);
    marks_[1] = make(needs, kNames[2]);
  }

  /// Adds up what largest_moves() needs after `iteration` sweeps.
  void add_up(Index iteration, MatrixView<const T> W, MatrixView<const T> Ht, RunSums<T>& sums) {
    add_up_since(last(), W, Ht, sums, ComponentSum::w_last, ComponentSum::h_last);
    add_up_since(mark(iteration), W, Ht, sums, ComponentSum::w_third, ComponentSum::h_third);
  }

  /// The moves of the component that moved most, of the sums of a check; nothing where there is no
  /// check to compare it with.
  std::optional<LargestMoves> largest_moves(Index iteration, const HostSums& sums,
                                            bool scale_counts) const {
    const Kept* third = mark(iteration);
    if (third == nullptr) return std::nullopt;
    return LargestMoves{
        .since_last = last() == nullptr ? 0
                                        : largest(*last(), sums, ComponentSum::w_last,
                                                  ComponentSum::h_last, scale_counts),
        .over_last_third =
            largest(*third, sums, ComponentSum::w_third, ComponentSum::h_third, scale_counts)};
  }

  /// The objective of the check that leaves the last third of the run between; there must be one.
  double earlier_objective(Index iteration) const { return mark(iteration)->objective; }

  /// Keeps the factors of a check where later ones may be compared with it. Call it last.
  void keep(Index iteration, MatrixView<const T> W, MatrixView<const T> Ht, const HostSums& sums,
            double objective) {
    if (last_) put(*last_, iteration, W, Ht, sums, objective);
    const Index latest = std::max(marks_[0]->iteration, marks_[1]->iteration);
    const bool due = latest == kNone
                         ? iteration >= kFirstMark
                         : static_cast<double>(iteration) >= kGrowth * static_cast<double>(latest);
    if (!due) return;
    Kept& earlier = marks_[0]->iteration < marks_[1]->iteration ? *marks_[0] : *marks_[1];
    put(earlier, iteration, W, Ht, sums, objective);
  }

 private:
  struct Names {
    std::string_view W;
    std::string_view Ht;
  };
  static constexpr std::array<Names, 3> kNames{{{"W of the check before", "Ht of the check before"},
                                                {"W of a check", "Ht of a check"},
                                                {"W of another check", "Ht of another check"}}};
  /// The iterations of the first of the checks that are kept, and the growth from one to the next.
  static constexpr Index kFirstMark = 10;
  static constexpr double kGrowth = 1.5;
  static constexpr Index kNone = -1;

  struct Kept {
    Index iteration;
    double objective;
    Matrix<T> W;
    Matrix<T> Ht;
    std::vector<double> w_squares;
    std::vector<double> h_squares;
  };

  Kept make(const Buffers& needs, const Names& names) const {
    return {kNone, 0, allocate(backend_, needs, names.W), allocate(backend_, needs, names.Ht),
            {},    {}};
  }

  const Kept* last() const { return last_ && last_->iteration != kNone ? &*last_ : nullptr; }

  /// The latest mark that leaves the last third of `iteration` sweeps between.
  const Kept* mark(Index iteration) const {
    const Kept* found = nullptr;
    for (const std::optional<Kept>& kept : marks_) {
      const bool serves =
          kept->iteration != kNone &&
          kGrowth * static_cast<double>(kept->iteration) <= static_cast<double>(iteration);
      if (serves && (found == nullptr || kept->iteration > found->iteration)) found = &*kept;
    }
    return found;
  }

  void put(Kept& kept, Index iteration, MatrixView<const T> W, MatrixView<const T> Ht,
           const HostSums& sums, double objective) {
    backend_.copy(W, kept.W.view());
    backend_.copy(Ht, kept.Ht.view());
    kept.iteration = iteration;
    kept.objective = objective;
    kept.w_squares = sums.of_components(ComponentSum::w_squares);
    kept.h_squares = sums.of_components(ComponentSum::h_squares);
  }

  void add_up_since(const Kept* kept, MatrixView<const T> W, MatrixView<const T> Ht,
                    RunSums<T>& sums, ComponentSum::Kind of_w, ComponentSum::Kind of_h) {
    if (kept == nullptr) return;
    backend_.column_dots(W, kept->W.view(), sums.of_components(of_w));
    backend_.column_dots(Ht, kept->Ht.view(), sums.of_components(of_h));
  }

  static double largest(const Kept& kept, const HostSums& sums, ComponentSum::Kind of_w,
                        ComponentSum::Kind of_h, bool scale_counts) {
    const double w = largest_square(sums.of_components(ComponentSum::w_squares), kept.w_squares,
                                    sums.of_components(of_w), scale_counts);
    const double h = largest_square(sums.of_components(ComponentSum::h_squares), kept.h_squares,
                                    sums.of_components(of_h), scale_counts);
    return std::sqrt(std::max(w, h));
  }

  /// The largest squared move, of each component's ‖a‖², ‖b‖² and ⟨a, b⟩.
  static double largest_square(const std::vector<double>& a, const std::vector<double>& b,
                               const std::vector<double>& products, bool scale_counts) {
    double largest = 0;
    for (std::size_t c = 0; c < a.size(); ++c) {
      double square = 0;
      if (a[c] == 0 && b[c] == 0) continue;
      if (scale_counts) {
        square = (a[c] - 2 * products[c] + b[c]) / std::max(a[c], b[c]);
      } else if (a[c] > 0 && b[c] > 0) {
        square = 2 - 2 * products[c] / std::sqrt(a[c]) / std::sqrt(b[c]);
      } else {
        square = 2;
      }
      largest = std::max(largest, square);
    }
    return largest;
  }

  Backend<T>& backend_;
  std::optional<Kept> last_;
  std::array<std::optional<Kept>, 2> marks_;
};

}  // namespace nonneg
