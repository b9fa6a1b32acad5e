// SPDX-License-Identifier: Apache-2.0
/// Init::custom: the caller's factors.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/host_memory.hpp"
#include "formulas/at_least.hpp"
#include "nonneg/solver.hpp"
#include "options/checks.hpp"
#include "options/units.hpp"

namespace nonneg {

/// The caller's factors; entries below the floor start from it. Where the updates to come are
/// multiplicative, adds to `warnings` what they make of zeros.
template <class T>
void take_given_factors(Backend<T>& backend, const InitialFactors<T>& initial,
                        const ProblemUnits& units, T floor, bool multiplicative, MatrixView<T> W,
                        MatrixView<T> Ht, std::vector<std::string>& warnings) {
  require_shape<T>(Subject::W0, initial.W, W.rows(), W.cols());
  const bool transposed = initial.H.empty() && !initial.Ht.empty();
  if (!initial.H.empty() && !initial.Ht.empty()) {
    throw InvalidArgument(Subject::H0,
                          "H0 is given twice, as H and as Ht: leave one of the two empty");
  }
  if (transposed) {
    require_readable(Subject::H0, initial.Ht);
    if (initial.Ht.rows() != Ht.rows() || initial.Ht.cols() != Ht.cols()) {
      throw InvalidArgument(
          Subject::H0, fmt::format("H0 transposed is {} x {}: it must be {} x {}",
                                   initial.Ht.rows(), initial.Ht.cols(), Ht.rows(), Ht.cols()));
    }
  } else {
    require_shape<T>(Subject::H0, initial.H, Ht.cols(), Ht.rows());
  }
  require_valid_factor<T>(Subject::W0, initial.W);
  if (transposed) {
    require_valid_factor<T>(Subject::H0, initial.Ht, "H0 transposed");
  } else {
    require_valid_factor<T>(Subject::H0, initial.H);
  }

  const auto started = [floor](T value, double unit, Index& zeros) {
    zeros += value == T{0} ? 1 : 0;
    const auto scaled = static_cast<T>(static_cast<double>(value) * unit);
    return at_least(scaled, floor);
  };
  Matrix<T> w(W.rows(), W.cols());
  Matrix<T> ht(Ht.rows(), Ht.cols());
  Index w_zeros = 0;
  Index h_zeros = 0;
  for (Index i = 0; i < w.rows(); ++i) {
    for (Index c = 0; c < w.cols(); ++c) w(i, c) = started(initial.W(i, c), units.w, w_zeros);
  }
  for (Index j = 0; j < ht.rows(); ++j) {
    for (Index c = 0; c < ht.cols(); ++c) {
      ht(j, c) = started(transposed ? initial.Ht(j, c) : initial.H(c, j), units.h, h_zeros);
    }
  }
  backend.copy(w.view(), W);
  backend.copy(ht.view(), Ht);

  if (!multiplicative) return;
  const auto warn = [&warnings](std::string_view name, Index zeros) {
    if (zeros == 0) return;
    warnings.push_back(
        fmt::format("{} has {} zero {}: multiplicative updates cannot leave zero, "
                    "so they start from the floor",
                    name, zeros, zeros == 1 ? "entry" : "entries"));
  };
  warn("W0", w_zeros);
  warn("H0", h_zeros);
}

}  // namespace nonneg
