// SPDX-License-Identifier: Apache-2.0
/// What a factorization gives back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Why the sweeps ended. All of them are outcomes with valid factors, none is an error.
enum class StopReason { converged, iteration_limit, cancelled };

/// "converged", "iteration_limit" or "cancelled".
NONNEG_EXPORT std::string_view to_string(StopReason reason) noexcept;

/// The state at one check.
struct LossRecord {
  /// Sweeps done.
  Index iteration = 0;
  /// Wall-clock seconds since the first sweep began.
  double seconds = 0;
  /// The β-divergence of A from W·H (Options::beta), ½‖A − W·H‖² by default.
  double loss = 0;
  /// loss + penalties: what the algorithm minimises and what never rises beyond rounding.
  double objective = 0;
  /// ‖A − W·H‖ / ‖A‖; 0 for A = 0 and W·H = 0. Of a loss other than Frobenius, the root of its
  /// ratio to the loss of the best constant model, the mean of A; where the observed entries are
  /// all equal, to rounding of the compute type, of its ratio to ½·Σ weight·mean^β, which makes it
  /// the part of an entry that the model is off by. A number always, but infinite for A = 0 and W·H
  /// > 0.
  double relative_error = 0;
  /// True where the loss was summed over A's entries (of sparse data whose zeros are observed: over
  /// the stored ones, and the others in closed form), false where the Gram identity gave it.
  bool direct = false;
};

/// Wall-clock seconds of a run's parts.
struct Timings {
  /// For looking at A before the first sweep.
  double inspect_seconds = 0;
  /// In sweeps.
  double sweep_seconds = 0;
  /// In checks of the objective.
  double check_seconds = 0;
  /// In all, from the solver's making on.
  double total_seconds = 0;
};

/// Factors on the host, with how they came about. W is m × k; Ht, the transpose of H, is n × k.
template <class T>
struct Result {
  /// Balanced, so that column j of W is as long as row j of H, where nothing else says how W·H is
  /// split between them: hals or anls from drawn factors, without penalties and floor. Else as the
  /// updates left it.
  Matrix<T> W;
  /// H transposed, n × k.
  Matrix<T> Ht;
  /// One for each check, in order: every Options::check_every sweeps and after the last one. The
  /// first factors' (iteration 0) is among them with max_iterations = 0, and where Solver::check()
  /// was called before run(), which by itself does not look at them.
  std::vector<LossRecord> loss_history;
  /// Snapshots left out since a sink was still busy with earlier ones, of all sinks.
  Index snapshots_skipped = 0;
  /// Why the sweeps ended.
  StopReason stop_reason = StopReason::iteration_limit;
  /// Sweeps that were done.
  Index iterations = 0;
  /// What they could have been at most.
  Index max_iterations = 0;
  /// Of the factors returned, as LossRecord has it.
  double relative_error = 0;
  /// Where the time went.
  Timings timings;
  /// "cpu" or "cuda".
  std::string backend;
  /// Why this backend, in words: the device, or what kept `auto` from one.
  std::string backend_reason;
  /// Never automatic.
  Algorithm algorithm = Algorithm::hals;
  /// float32, float64 or tf32.
  Precision precision = Precision::float32;
  /// Threads on the host.
  int threads = 0;
  /// Rows of A per panel.
  Index panel_rows = 0;
  /// What the caller should know, such as zeros in W₀ under mu.
  std::vector<std::string> warnings;
  /// Rows and columns of A of which nothing is observed, in order. Nothing says what they are:
  /// their rows of W and Ht are 0, or at the floor under a penalty, and so is W·H there.
  std::vector<Index> unobserved_rows;
  /// The same of columns.
  std::vector<Index> unobserved_columns;

  /// A copy of H, k × n.
  Matrix<T> H() const {
    Matrix<T> h(Ht.cols(), Ht.rows());
    for (Index j = 0; j < Ht.rows(); ++j) {
      for (Index c = 0; c < Ht.cols(); ++c) h(c, j) = Ht(j, c);
    }
    return h;
  }
};

}  // namespace nonneg
