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

template <class T>
bool is_given(MatrixView<const T> factor) {
  return factor.rows() > 0 || factor.cols() > 0;
}

/// Which of the caller's factors there are.
template <class T>
bool gives_w(const InitialFactors<T>& initial) {
  return is_given<T>(initial.W);
}
template <class T>
bool gives_h(const InitialFactors<T>& initial) {
  return is_given<T>(initial.H) || is_given<T>(initial.Ht);
}

/// Throws InvalidArgument for what is no first factor of so many rows, columns and components.
template <class T>
void require_given_factors(const InitialFactors<T>& initial, Index m, Index n, Index k) {
  if (!gives_w(initial) && !gives_h(initial)) {
    throw InvalidArgument(
        Subject::init,
        "init = custom: InitialFactors hold neither W0 nor H0; hand in one of them at least");
  }
  if (gives_w(initial)) {
    require_shape<T>(Subject::W0, initial.W, m, k);
    require_valid_factor<T>(Subject::W0, initial.W);
  }
  if (!initial.H.empty() && !initial.Ht.empty()) {
    throw InvalidArgument(Subject::H0,
                          "H0 is given twice, as H and as Ht: leave one of the two empty");
  }
  if (!initial.Ht.empty()) {
    require_readable(Subject::H0, initial.Ht);
    if (initial.Ht.rows() != n || initial.Ht.cols() != k) {
      throw InvalidArgument(Subject::H0, fmt::format("H0 transposed is {} x {}: it must be {} x {}",
                                                     initial.Ht.rows(), initial.Ht.cols(), n, k));
    }
    require_valid_factor<T>(Subject::H0, initial.Ht, "H0 transposed");
  } else if (gives_h(initial)) {
    require_shape<T>(Subject::H0, initial.H, k, n);
    require_valid_factor<T>(Subject::H0, initial.H);
  }
}

/// Fills F (of the backend) with entry(i, c)·unit, at least the floor, and returns how many entries
/// are 0.
template <class T, class Entry>
Index put_given(Backend<T>& backend, const Entry& entry, double unit, T floor, MatrixView<T> F) {
  Matrix<T> host(F.rows(), F.cols());
  Index zeros = 0;
  for (Index i = 0; i < host.rows(); ++i) {
    for (Index c = 0; c < host.cols(); ++c) {
      const T value = entry(i, c);
      zeros += value == T{0} ? 1 : 0;
      host(i, c) = at_least(static_cast<T>(static_cast<double>(value) * unit), floor);
    }
  }
  backend.copy(host.view(), F);
  return zeros;
}

/// The caller's factors, those that there are; entries below the floor start from it. Where the
/// updates to come are multiplicative, adds to `warnings` what they make of zeros.
template <class T>
void take_given_factors(Backend<T>& backend, const InitialFactors<T>& initial,
                        const ProblemUnits& units, T floor, bool multiplicative, MatrixView<T> W,
                        MatrixView<T> Ht, std::vector<std::string>& warnings) {
  require_given_factors(initial, W.rows(), Ht.rows(), W.cols());
  Index w_zeros = 0;
  Index h_zeros = 0;
  if (gives_w(initial)) {
    const auto entry = [&](Index i, Index c) { return initial.W(i, c); };
    w_zeros = put_given<T>(backend, entry, units.w, floor, W);
  }
  if (gives_h(initial)) {
    const bool transposed = !initial.Ht.empty();
    const auto entry = [&](Index j, Index c) {
      return transposed ? initial.Ht(j, c) : initial.H(c, j);
    };
    h_zeros = put_given<T>(backend, entry, units.h, floor, Ht);
  }
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
