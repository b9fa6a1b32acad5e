// SPDX-License-Identifier: Apache-2.0
/// How the rows of either factor are updated, in a run's units.
#pragma once

#include "backend/buffers.hpp"
#include "options/units.hpp"

namespace nonneg {

/// The factors of a run over m × n data.
inline Buffers factor_needs(Index m, Index n, Index k) { return {{"W", m, k}, {"Ht", n, k}}; }

/// A row stops repeating when a pass moves it by less than a tenth of what its first pass did
/// (Gillis & Glineur 2012, section 4); as a ratio of squares.
inline constexpr double kRepeatTolerance = 0.01;

/// How W's rows and Ht's rows are updated: one row update serves either factor.
template <class T>
struct FactorUpdates {
  RowUpdate<T> W;
  RowUpdate<T> H;

  bool operator==(const FactorUpdates&) const = default;
};

/// How a factor is updated: `l1` and `l2` in the run's units.
template <class T>
RowUpdate<T> row_update(double l1, double l2, T floor, Index repeats, double repeat_tolerance) {
  return {.l1 = narrowed<T>(l1),
          .l2 = narrowed<T>(l2),
          .floor = floor,
          .repeats = repeats,
          .repeat_tolerance = static_cast<T>(repeat_tolerance)};
}

/// How W' is updated.
template <class T>
RowUpdate<T> w_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  const Penalties p = units.scaled(options.penalties);
  return row_update<T>(p.l1_w, p.l2_w, floor, repeats, repeat_tolerance);
}

/// How H' is updated.
template <class T>
RowUpdate<T> h_update(const Options& options, const ProblemUnits& units, T floor, Index repeats,
                      double repeat_tolerance) {
  const Penalties p = units.scaled(options.penalties);
  return row_update<T>(p.l1_h, p.l2_h, floor, repeats, repeat_tolerance);
}

}  // namespace nonneg
