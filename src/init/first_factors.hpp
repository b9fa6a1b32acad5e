// SPDX-License-Identifier: Apache-2.0
/// The factors that a run starts from, in its own units. The only switch over starts.
#pragma once

#include <string>
#include <vector>

#include "init/given_factors.hpp"
#include "init/random_factors.hpp"

namespace nonneg {

/// What of a run its start depends on.
template <class T>
struct Start {
  Backend<T>& backend;
  /// Resolved.
  const Options& options;
  const ProblemUnits& units;
  /// Of either factor, in the run's units: sqrt(mean(A') / k).
  double typical_entry = 0;
  T floor = 0;
  /// The caller's factors; null where there are none.
  const InitialFactors<T>* given = nullptr;
};

/// Throws InvalidArgument where `options` ask for a start that the caller must hand in.
template <class T>
void require_start(const Options& options, const InitialFactors<T>* given) {
  if (options.init == Init::custom && given == nullptr) {
    throw InvalidArgument(Subject::init, "init = custom: needs W0 and H0; hand in InitialFactors");
  }
}

/// Fills W (m × k) and Ht (n × k), both of the backend, and adds to `warnings`. Given factors are
/// taken whatever Options::init says.
template <class T>
void put_first_factors(const Start<T>& start, MatrixView<T> W, MatrixView<T> Ht,
                       std::vector<std::string>& warnings) {
  switch (start.given != nullptr ? Init::custom : start.options.init) {
    case Init::random:
      for (const auto& [which, F] :
           {std::pair(DrawnFactor::w, W), std::pair(DrawnFactor::ht, Ht)}) {
        draw_factor(start.backend, which, start.options.seed, start.typical_entry, start.floor, F);
      }
      return;
    case Init::custom:
      take_given_factors(
          start.backend, *start.given, start.units, start.floor,
          start.options.algorithm == Algorithm::mu && start.options.max_iterations != 0, W, Ht,
          warnings);
      return;
  }
}

}  // namespace nonneg
