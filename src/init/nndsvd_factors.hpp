// SPDX-License-Identifier: Apache-2.0
/// Init::nndsvd and its kin: non-negative factors of A's leading singular triplets (Boutsidis &
/// Gallopoulos 2008).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "formulas/at_least.hpp"
#include "formulas/normal.hpp"
#include "init/random_factors.hpp"
#include "init/rows_on_host.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Of a singular vector, by its entries > 0 and < 0.
struct VectorParts {
  double positive_squares = 0;
  double negative_squares = 0;
  double largest_positive = 0;
  double largest_negative = 0;
};

template <class T>
std::vector<VectorParts> parts_of_columns(Backend<T>& backend, MatrixView<const T> F) {
  std::vector<VectorParts> parts(static_cast<std::size_t>(F.cols()));
  for_each_rows_on_host<OnHost::read>(backend, F, [&](Index /*first*/, MatrixView<const T> rows) {
    for (Index i = 0; i < rows.rows(); ++i) {
      for (Index j = 0; j < rows.cols(); ++j) {
        const auto x = static_cast<double>(rows(i, j));
        VectorParts& of = parts[static_cast<std::size_t>(j)];
        (x > 0 ? of.positive_squares : of.negative_squares) += x * x;
        double& largest = x > 0 ? of.largest_positive : of.largest_negative;
        largest = std::max(largest, std::abs(x));
      }
    }
  });
  return parts;
}

/// What a column of a factor is made of its singular vector by: |x|, max(x, 0) or max(−x, 0), times
/// a scale.
struct TakenPart {
  enum class Part { both, positive, negative };
  Part part = Part::both;
  double scale = 0;

  double of(double x) const {
    switch (part) {
      case Part::positive:
        return scale * std::max(x, 0.0);
      case Part::negative:
        return scale * std::max(-x, 0.0);
      case Part::both:
        break;
    }
    return scale * std::abs(x);
  }
};

/// Those of component j, with its singular value. A vector's sign is nobody's choice: with it, both
/// parts change places, and a tie between them goes to the part with v's largest entry.
struct TakenParts {
  TakenPart w;
  TakenPart h;

  TakenParts(Index j, double value, const VectorParts& u, const VectorParts& v) {
    if (j == 0) {
      w.scale = h.scale = std::sqrt(value);
      return;
    }
    const double u_positive = std::sqrt(u.positive_squares);
    const double u_negative = std::sqrt(u.negative_squares);
    const double v_positive = std::sqrt(v.positive_squares);
    const double v_negative = std::sqrt(v.negative_squares);
    const double of_positive = u_positive * v_positive;
    const double of_negative = u_negative * v_negative;
    const bool positive = of_positive != of_negative ? of_positive > of_negative
                                                     : v.largest_positive >= v.largest_negative;
    const double size = std::sqrt(value * (positive ? of_positive : of_negative));
    w.part = h.part = positive ? TakenPart::Part::positive : TakenPart::Part::negative;
    if (!(size > 0)) return;
    w.scale = size / (positive ? u_positive : u_negative);
    h.scale = size / (positive ? v_positive : v_negative);
  }
};

/// What becomes of zeros.
struct ZeroFill {
  /// 0: they stay.
  double value = 0;
  /// Whether |value·N(0, 1)| / 100 stands in its place.
  bool drawn = false;

  double at(UniformKey key, Index i, Index j) const {
    return drawn ? std::abs(value * standard_normal(key, i, j)) / 100 : value;
  }
};

/// Makes a factor of the vectors that F holds: entries below `least` are zeros, and those become
/// what `fill` says. Returns how many stayed 0 and start from the floor.
template <class T>
Index take_parts(Backend<T>& backend, const std::vector<TakenPart>& parts, double least,
                 const ZeroFill& fill, UniformKey key, T floor, MatrixView<T> F) {
  Index zeros = 0;
  for_each_rows_on_host<OnHost::changed>(backend, F, [&](Index first, MatrixView<T> rows) {
    for (Index i = 0; i < rows.rows(); ++i) {
      for (Index j = 0; j < rows.cols(); ++j) {
        double x = parts[static_cast<std::size_t>(j)].of(static_cast<double>(rows(i, j)));
        // NaN goes through.
        if (x < least) x = fill.at(key, first + i, j);
        zeros += x == 0 ? 1 : 0;
        rows(i, j) = at_least(static_cast<T>(x), floor);
      }
    }
  });
  return zeros;
}

}  // namespace nonneg
