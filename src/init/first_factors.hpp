// SPDX-License-Identifier: Apache-2.0
/// The factors that a run starts from, in its own units. The only switch over starts.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "init/given_factors.hpp"
#include "init/leading_triplets.hpp"
#include "init/nndsvd_factors.hpp"
#include "init/random_factors.hpp"
#include "options/data_summary.hpp"

namespace nonneg {

/// What of a run its start depends on.
template <class T>
struct Start {
  Backend<T>& backend;
  /// Over A in the run's units.
  PanelCrew<T>& crew;
  /// Resolved.
  const Options& options;
  const DataSummary& summary;
  const ProblemUnits& units;
  /// Of either factor, in the run's units: sqrt(mean(A') / k).
  double typical_entry = 0;
  T floor = 0;
  /// The caller's factors; null where there are none.
  const InitialFactors<T>* given = nullptr;

  /// Whether the updates to come are multiplicative.
  bool multiplicative() const {
    return options.algorithm == Algorithm::mu && options.max_iterations != 0;
  }
};

/// Throws InvalidArgument where `options` ask for a start that the caller must hand in.
template <class T>
void require_start(const Options& options, const InitialFactors<T>* given) {
  if (options.init == Init::custom && given == nullptr) {
    throw InvalidArgument(Subject::init, "init = custom: needs W0 or H0; hand in InitialFactors");
  }
}

/// Whether the start is one of NNDSVD's.
constexpr bool is_nndsvd(Init init) noexcept {
  return init == Init::nndsvd || init == Init::nndsvda || init == Init::nndsvdar;
}

/// What the start of a run over m × n data holds while it is made, beside the factors.
inline Buffers start_needs(const Options& options, Index m, Index n) {
  return is_nndsvd(options.init) ? leading_triplets_needs(m, n, options.rank) : Buffers();
}

template <class T>
void draw_factor(const Start<T>& start, DrawnFactor which, MatrixView<T> F) {
  draw_factor(start.backend, which, start.options.seed, start.typical_entry, start.floor, F);
}

/// Fills both factors from the SVD of A, and returns how often that read A.
template <class T>
Index put_nndsvd_factors(const Start<T>& start, MatrixView<T> W, MatrixView<T> Ht,
                         std::vector<std::string>& warnings) {
  const Options& options = start.options;
  const std::vector<double> values =
      find_leading_triplets(start.backend, start.crew,
                            std::sqrt(start.summary.scaled_sum_of_squares), options.seed, W, Ht);
  const std::vector<VectorParts> u = parts_of_columns<T>(start.backend, W);
  const std::vector<VectorParts> v = parts_of_columns<T>(start.backend, Ht);
  std::vector<TakenPart> of_w;
  std::vector<TakenPart> of_h;
  Index lacking = 0;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const TakenParts parts(static_cast<Index>(j), values[j], u[j], v[j]);
    of_w.push_back(parts.w);
    of_h.push_back(parts.h);
    lacking += parts.w.scale > 0 ? 0 : 1;
  }
  // The fill is A's mean in the caller's units, which are those that the factors are told in; kept
  // so small that the products of a sweep stay within T.
  const double most = std::ldexp(start.typical_entry, std::numeric_limits<T>::max_exponent / 5);
  const double mean = start.summary.scaled_mean / start.units.data;
  const auto fill = [&](double unit) -> ZeroFill {
    if (options.init == Init::nndsvd) return {};
    return {std::min(mean * unit, most), options.init == Init::nndsvdar};
  };
  const auto put = [&](const std::vector<TakenPart>& parts, double unit, DrawnFactor which,
                       MatrixView<T> F) {
    // Beside what the factors have in units of A's size, as the floor.
    constexpr double kLeastPart = 1e-6;
    const UniformKey key{.seed = options.seed, .matrix = static_cast<std::uint32_t>(which)};
    return take_parts(start.backend, parts, kLeastPart * start.typical_entry, fill(unit), key,
                      start.floor, F);
  };
  const Index w_zeros = put(of_w, start.units.w, DrawnFactor::w_fill, W);
  const Index h_zeros = put(of_h, start.units.h, DrawnFactor::ht_fill, Ht);
  if (options.init == Init::nndsvd && start.summary.scaled_mean > 0) {
    if (lacking > 0) {
      warnings.push_back(fmt::format(
          "init = nndsvd: A has {} singular values above 0, and rank = {}: {} components start as "
          "zeros; use nndsvda or nndsvdar, or fewer components",
          options.rank - lacking, options.rank, lacking));
    }
    if (start.multiplicative()) {
      warnings.push_back(
          fmt::format("init = nndsvd: W0 has {} zeros and H0 {}, which multiplicative updates "
                      "cannot leave: they "
                      "start from the floor; nndsvda and nndsvdar fill them",
                      w_zeros, h_zeros));
    }
  }
  return SvdSize(W.rows(), Ht.rows(), options.rank).reads();
}

/// Fills W (m × k) and Ht (n × k), both of the backend, and adds to `warnings`. Given factors are
/// taken whatever Options::init says; where one is given alone, the other is drawn. Returns how
/// often A was read.
template <class T>
Index put_first_factors(const Start<T>& start, MatrixView<T> W, MatrixView<T> Ht,
                        std::vector<std::string>& warnings) {
  const InitialFactors<T>* given = start.given;
  switch (given != nullptr ? Init::custom : start.options.init) {
    case Init::random:
      draw_factor(start, DrawnFactor::w, W);
      draw_factor(start, DrawnFactor::ht, Ht);
      return 0;
    case Init::nndsvd:
    case Init::nndsvda:
    case Init::nndsvdar:
      return put_nndsvd_factors(start, W, Ht, warnings);
    case Init::custom:
      take_given_factors(start.backend, *given, start.units, start.floor, start.multiplicative(), W,
                         Ht, warnings);
      if (!gives_w(*given)) draw_factor(start, DrawnFactor::w, W);
      if (!gives_h(*given)) draw_factor(start, DrawnFactor::ht, Ht);
      return 0;
  }
  return 0;
}

}  // namespace nonneg
