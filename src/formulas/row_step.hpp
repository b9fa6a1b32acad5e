// SPDX-License-Identifier: Apache-2.0
/// How one entry of a factor moves in an update of its row, and when the row is passed over again.
///
/// f is an entry of the row, p the entry of the row's product with the data, and G the Gram matrix
/// of the other factor.
#pragma once

#include "formulas/at_least.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// How one factor is updated from its products, by any of the row updates.
template <class T>
struct RowUpdate {
  T l1 = 0;
  T l2 = 0;
  /// The smallest entry that an update may leave.
  T floor = 0;
  /// The maximum of passes over a row with the same products, >= 1.
  Index repeats = 1;
  /// A row stops repeating when the squared change of a pass falls below this fraction of the
  /// first one's. Each row decides for itself, so that panels may be cut anywhere.
  T repeat_tolerance = 0;
  /// A row repeats until still_moves() says that it has settled instead.
  bool until_settled = false;

  bool operator==(const RowUpdate&) const = default;
};

/// Whether a row is passed over once more after a pass that moved it by this squared change. The
/// first pass sets `threshold`, which the later ones are compared with. A row of NaN stops: its
/// values are NaN whatever is done.
template <class T>
constexpr bool repeats_again(T squared_change, bool first_pass, T tolerance, T& threshold) {
  if (first_pass) threshold = tolerance * squared_change;
  return squared_change > threshold || (first_pass && squared_change > T{0});
}

/// Whether a row that a pass, or a round of them, moved by this squared change is still on its way:
/// by more than `tolerance` times its own squared norm. What it is compared with is the row's own,
/// so that no row decides for another. A row of NaN stops.
template <class T>
constexpr bool still_moves(T squared_change, T squared_norm, T tolerance) {
  return squared_change > tolerance * squared_norm;
}

/// Whether component j is dead: the other factor's share of it is 0, and W·H is the same whatever f
/// is.
template <class T>
constexpr bool is_dead(T g_jj, T l2) {
  return g_jj + l2 == T{0};
}

/// f of a dead component: what is left of the objective there is l1·f, and its minimiser is the
/// floor; without l1 nothing says what f should be, and it stays. `gradient` = f·G_j − p is 0 but
/// for products that have left T.
template <class T>
constexpr T dead_step(T f, T gradient, const RowUpdate<T>& update) {
  const bool rises = update.l1 > T{0} && gradient + update.l1 > T{0};
  return rises ? at_least(f - f, update.floor) : f;
}

/// f after the exact minimisation over it alone, with `gradient` = f·G_j − p and
/// `inverse_curvature` = 1 / (G_jj + l2).
template <class T>
constexpr T coordinate_step(T f, T gradient, T inverse_curvature, const RowUpdate<T>& update) {
  const T slope = gradient + update.l1 + update.l2 * f;
  return at_least(f - slope * inverse_curvature, update.floor);
}

/// f·raised(p / (d + l1 + l2·f)), at least the floor: the multiplicative update, where d is the
/// denominator without penalties and `raised` takes the power of the ratio that the loss asks for.
/// An entry whose denominator is 0 stays.
template <class T, class Raised>
constexpr T ratio_step(T f, T p, T d, const RowUpdate<T>& update, const Raised& raised) {
  const T denominator = d + update.l1 + update.l2 * f;
  if (denominator == T{0}) return f;
  return at_least(f * raised(p / denominator), update.floor);
}

/// The same with the ratio itself, which is the update of the Frobenius loss.
template <class T>
constexpr T ratio_step(T f, T p, T d, const RowUpdate<T>& update) {
  return ratio_step(f, p, d, update, [](T ratio) { return ratio; });
}

}  // namespace nonneg
